"""What a user gets wrong or a machine lacks: an exit code, one line that names the place, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Dialoom
from tests.support.fault_server import FaultServer

COMMANDS = ("check", "run")


def _line(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("old", "new", "marked", "field", "remedy"),
    [
        ("turns: 6", "turnz: 6", "turnz", "nodes.dialogue.turnz", "did you mean 'turns'?"),
        ("quality:", "qualty:", "qualty", "qualty", "did you mean 'quality'?"),
        ("count: 2", "count: many", "subtopic:", "nodes.subtopic.count", "got 'many'"),
        ("kind: expand", "kind: expnad", "subtopic:", "nodes.subtopic.kind", "did you mean 'expand'?"),
        ("about {{ topic ", "about {{ topics ", "subtopic:", "nodes.subtopic.prompt", "did you mean 'topic'?"),
        ("turns: 6", "next: subtopic", "next: subtopic", "nodes.dialogue.next", "never come to an end"),
        ("turns: 6", "next: nowhere", "next: nowhere", "nodes.dialogue.next", "no node is called 'nowhere'"),
        ("turns: 6", "model: riter", "model: riter", "nodes.dialogue.model", "did you mean 'writer'?"),
        ("turns >= 4", "trns >= 4", "rules:", "quality.rules", "turns"),
        ("{{ count }}", "{{ count }", "subtopic:", "nodes.subtopic.prompt", "does not parse"),
    ],
)
def test_a_wrong_recipe_is_2_and_names_file_line_field_and_remedy(
    command: str, old: str, new: str, marked: str, field: str, remedy: str, recipe: Path, dialoom: Dialoom
) -> None:
    recipe.write_text(recipe.read_text().replace(old, new))
    ended = dialoom(command, recipe, *(["--out", "r"] if command == "run" else []))
    assert ended.code == 2
    lines = ended.err.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    told = next(line for line in lines if field in line)
    assert told.startswith(f"error: {recipe}:{_line(recipe, marked)}, {field}")
    assert remedy in told
    assert not Path("r").exists(), "nothing is made for a recipe that cannot run"


def test_every_problem_is_told_at_once(recipe: Path, dialoom: Dialoom) -> None:
    recipe.write_text(recipe.read_text().replace("turns: 6", "turnz: 6").replace("count: 2", "count: many"))
    assert len(dialoom("check", recipe).err.splitlines()) == 2


@pytest.mark.parametrize("asking", ["kind: expand, count: 2", "kind: generate", "kind: generate, count: 2"])
def test_a_schema_that_no_answer_can_meet_is_2(asking: str, recipe: Path, dialoom: Dialoom) -> None:
    text = recipe.read_text().replace("kind: expand, count: 2", f"{asking}, schema: {{n: {{enum: [1], type: TYPE}}}}")
    recipe.write_text(text.replace("TYPE", "string").replace("{{ count }}", "some"))
    ended = dialoom("check", recipe)
    assert ended.code == 2
    (told,) = ended.err.splitlines()
    assert told.startswith(
        f"error: {recipe}:{_line(recipe, 'subtopic:')}, nodes.subtopic.schema: nothing can ever meet "
    )
    assert "at properties.n: none of the values that it lists meets the rest of it: [1] (mend the schema)" in told
    recipe.write_text(recipe.read_text().replace("type: string", "type: integer"))
    assert dialoom("check", recipe).code == 0


def test_yaml_that_does_not_parse(recipe: Path, dialoom: Dialoom) -> None:
    recipe.write_text(recipe.read_text() + "broken: [1, 2\n")
    ended = dialoom("run", recipe)
    assert ended.code == 2
    assert f"error: {recipe}:" in ended.err
    assert "does not parse" in ended.err


def test_no_such_recipe(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", "cals.yaml")
    assert ended.code == 3
    assert "did you mean 'calls.yaml'?" in ended.err
    assert "did you mean 'diasynth'?" in dialoom("run", "diasinth").err


def test_a_folder_is_no_recipe(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", ".")
    assert ended.code == 3
    assert "calls.yaml" in ended.err


def test_a_change_that_is_none(recipe: Path, dialoom: Dialoom) -> None:
    assert dialoom("check", recipe, "--set", "seed").code == 2
    assert dialoom("check", recipe, "--set", "recipe.x.y=1").code == 2


def test_an_unknown_model(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("check", recipe, "--set", "models.writer=opnai:gpt-5")
    assert ended.code == 2
    assert "models.writer" in ended.err
    assert "did you mean 'openai'?" in ended.err


def test_a_key_that_is_not_set(recipe: Path, dialoom: Dialoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ended = dialoom("check", recipe, "--set", "models.writer=openai:gpt-5")
    assert ended.code == 2
    assert "OPENAI_API_KEY" in ended.err


@pytest.mark.parametrize(
    ("name", "content", "place", "what"),
    [
        ("rows.csv", b"topic,who\na,b\nc,d,e\n", "rows.csv:3", "the row has 3 fields"),
        ("rows.csv", b"topic\na\ncaf\xe9\n", "rows.csv:3", "not UTF-8"),
        ("rows.jsonl", b'{"topic": "a"}\n{"topic": \n', "rows.jsonl:2", "does not parse"),
        ("rows.jsonl", b"", "rows.jsonl", "no rows"),
        ("rows.jsonl", None, "rows.jsonl", "file"),
        ("rows.xlsx", b"x", "rows.xlsx", "cannot tell the format"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_source_is_3(
    command: str, name: str, content: bytes | None, place: str, what: str, recipe: Path, dialoom: Dialoom
) -> None:
    if content is not None:
        (recipe.parent / name).write_bytes(content)
    ended = dialoom(command, recipe, "--set", f"source={name}")
    assert ended.code == 3
    assert place in ended.err
    assert what in ended.err


def test_an_empty_source(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", recipe, "--set", "source=[]")
    assert ended.code == 3
    assert "source" in ended.err


def test_a_dead_endpoint_is_4_and_the_run_goes_on_later(recipe: Path, server: FaultServer, dialoom: Dialoom) -> None:
    ended = dialoom("run", recipe, "--set", "models.writer=http://127.0.0.1:9/v1", "--out", "r", "--json")
    assert ended.code == 4
    assert "127.0.0.1:9" in ended.err
    assert (ended.json["status"], ended.json["pending"]) == ("stopped", 2)
    assert dialoom("run", recipe, "--out", "r", "-q").code == 0


def test_a_refused_key_is_4(recipe: Path, dialoom: Dialoom) -> None:
    with FaultServer(key="secret") as server:
        ended = dialoom("run", recipe, "--set", f"models.writer={server.url}", "--out", "r")
    assert ended.code == 4
    assert "401" in ended.err


def test_missing_embedded_weights_tell_the_remedy(
    recipe: Path, dialoom: Dialoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialoom.models.backends.embedded.find_weights", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    ended = dialoom("check", recipe, "--set", "models.writer=embedded")
    assert ended.code != 0
    assert "dialoom models pull" in ended.err


def test_a_run_directory_that_is_a_file(recipe: Path, dialoom: Dialoom) -> None:
    Path("r").write_text("mine")
    ended = dialoom("run", recipe, "--out", "r")
    assert ended.code == 5
    assert "r as a run directory" in ended.err
    assert Path("r").read_text() == "mine"


def test_a_full_disk_for_an_export(recipe: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "r", "-q")
    ended = dialoom("export", "r", "--to", "jsonl", "--out", "/dev/full")
    assert ended.code == 5
    assert "No space left on device" in ended.err


def test_a_full_disk_for_a_run_loses_nothing(recipe: Path, process: Dialoom, dialoom: Dialoom) -> None:
    changes = ["--set", "source.repeat=40", "--out", "r", "--json"]
    ended = process("run", recipe, *changes, largest_file=150)
    assert ended.code == 5, (ended.out, ended.err)
    assert "error: " in ended.err
    whole = dialoom("run", recipe, *changes)
    assert whole.code == 0, whole.err
    fresh = dialoom("run", recipe, *changes[:2], "--out", "fresh", "--json")
    assert whole.json["kept"] == fresh.json["kept"]
