"""Real logs in, sets out: the way of a user who keeps a test set clean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Dialoom


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Sixty calls, one of which cannot be read."""
    lines = []
    for n in range(60):
        said = [
            f"Hello, this is about parcel {n} of the order from week {n * 7 + 3}.",
            f"I see it, number {n}; call +1 202 555 0{100 + n} or write to help{n}@example.com.",
        ]
        roles = ("user", "assistant")
        lines.append(
            json.dumps(
                {"id": f"c{n}", "messages": [{"role": r, "content": s} for r, s in zip(roles, said, strict=True)]}
            )
        )
    lines[7] = lines[7][:-5]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_import_replaces_keeps_aside_and_tells(dialoom: Dialoom, log: Path, tmp_path: Path) -> None:
    done = dialoom("import", log, "--corpus", "corpus", "--redact", "--no-names", "--json")
    assert done.code == 8
    (file,) = done.json["files"]
    assert (file["added"], file["known"], len(file["bad"])) == (59, 0, 1)
    assert done.json["replaced"] == {"PHONE": 59, "EMAIL": 59}
    assert f"error: {log}:8: broken JSON" in done.err
    assert Path(file["aside"]).parent == Path("corpus/aside")
    shown = dialoom("corpus", "sample", "-n", "2")
    assert "[PHONE_1]" in shown.out
    assert "example.com" not in shown.out
    again = dialoom("import", log, "--corpus", "corpus", "--redact", "--no-names")
    assert again.code == 8
    assert "there before" in again.out


def test_what_was_imported_before_a_bad_file_is_told(dialoom: Dialoom, log: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"messages": 7}\n', "utf-8")
    done = dialoom("import", log, tmp_path / "bad.jsonl", "--corpus", "corpus", "--json")
    assert done.code == 3
    assert [file["added"] for file in done.json["files"]] == [59]
    assert f"error: {log}:8: broken JSON" in done.err
    assert "bad.jsonl: not one row can be read; the first one, at " in done.err


def test_import_of_what_cannot_be_read(dialoom: Dialoom, tmp_path: Path) -> None:
    assert dialoom("import", "nowhere.jsonl", "--corpus", "corpus").code == 3
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n', "utf-8")
    done = dialoom("import", "x.jsonl", "--corpus", "corpus")
    assert done.code == 3
    assert "fits no known format" in done.err
    done = dialoom("import", "x.jsonl", "--corpus", "corpus", "--redact", "--kind", "emial")
    assert done.code == 2
    assert "did you mean 'email'?" in done.err


def test_a_test_set_is_kept_clean(dialoom: Dialoom, log: Path, recipe: Path) -> None:
    dialoom("import", log, "--corpus", "corpus")
    done = dialoom(
        "corpus",
        "split",
        "-o",
        "sets",
        "--test",
        "0.25",
        "--near",
        "0",
        "--by",
        "words > 20",
        "--hold",
        "test",
        "--no-meaning",
    )
    assert done.code == 0, done.err
    assert "sets/test.jsonl" in done.out
    manifest = json.loads(Path("sets/manifest.json").read_text("utf-8"))
    assert (manifest["rows"]["test"], manifest["held_out"]) == (15, ["test"])

    assert dialoom("corpus", "split", "-o", "sets").code == 5
    leaks = dialoom("corpus", "leaks", "--against", "sets/test.jsonl", "--near", "0", "--no-meaning", "--json")
    assert (leaks.code, leaks.json["kinds"]) == (1, {"id": 15})

    text = recipe.read_text("utf-8").replace(
        "prompt: |", "examples: {file: sets/test.jsonl, format: jsonl}\n    prompt: |"
    )
    recipe.write_text(text, "utf-8")
    for command in (("check", recipe), ("run", recipe, "--out", "run")):
        refused = dialoom(*command)
        assert refused.code == 2
        assert "this file is held out as 'test'" in refused.err
    recipe.write_text(text.replace("sets/test", "sets/train"), "utf-8")
    assert dialoom("check", recipe).code == 0


def test_hold_and_mix(dialoom: Dialoom, log: Path) -> None:
    dialoom("import", log, "--corpus", "corpus")
    assert dialoom("corpus", "hold", "test").code == 2
    held = dialoom("corpus", "hold", "test", "--where", "id in ('c1', 'c2')")
    assert "2 dialogues, 2 of them new" in held.err
    mixed = dialoom("corpus", "mix", "-o", "mixed", "--ratio", "1:0", "--near", "0", "--no-meaning", "--json")
    assert mixed.code == 0, mixed.err
    assert mixed.json["withheld"]["reasons"]["held out as test"] == 2
    wrong = dialoom("corpus", "mix", "-o", "mixed2", "--ratio", "twice")
    assert (wrong.code, "write REAL:SYNTHETIC" in wrong.err) == (2, True)


def test_decisions_card_and_data_set(dialoom: Dialoom, log: Path) -> None:
    dialoom("import", log, "--corpus", "corpus")
    assert dialoom("corpus", "decide", "parcels", "collect", "--why", "logs are plenty", "--who", "Ana").code == 0
    assert dialoom("corpus", "decide", "parcels", "guess", "--why", "x", "--who", "y").code == 2
    assert dialoom("corpus", "decisions", "--json").json[0]["decision"] == "collect"
    assert "logs are plenty" in dialoom("corpus", "decisions").out
    assert dialoom("corpus", "card", "-o", "card", "--license", "cc-by-4.0").code == 0
    assert "| parcels | collect |" in Path("card/README.md").read_text("utf-8")
    assert dialoom("push", "set", "--name", "Parcels").code == 0
    assert dialoom("push", "set").code == 5
    assert Path("set/data/train-00000-of-00001.parquet").exists()


def test_held_out_dialogues_stay_behind(dialoom: Dialoom, log: Path) -> None:
    dialoom("import", log, "--corpus", "corpus")
    split = dialoom("corpus", "split", "-o", "sets", "--test", "0.25", "--near", "0", "--no-meaning")
    assert split.code == 0, split.err
    in_train = json.loads(Path("sets/train.jsonl").read_text("utf-8").splitlines()[0])["id"]
    dialoom("corpus", "hold", "gold", "--where", f"id = '{in_train}'")
    done = dialoom("export", "corpus", "--to", "messages", "-o", "train.jsonl")
    assert (done.code, "58 dialogues" in done.err, "(1 as gold)" in done.err) == (0, True, True)
    whole = dialoom("export", "corpus", "--to", "messages", "-o", "-", "--with-held-out")
    assert len(whole.out.splitlines()) == 59
    refused = dialoom("push", "set", "--splits", "sets")
    assert refused.code == 3
    assert f"1 were held out as gold since: {in_train}" in refused.err
    assert not Path("set").exists()
    assert dialoom("push", "set", "--splits", "sets", "--as-made").code == 0
    found = dialoom("corpus", "exports", "--holding", in_train, "--json").json
    assert [(Path(each["file"]).name, each["set"]) for each in found] == [
        ("train.jsonl", "train"),
        ("train-00000-of-00001.parquet", "train"),
    ]
    traced = dialoom("trace", in_train)
    assert "set train" in " ".join(traced.out.split())


@pytest.mark.parametrize("out", [None, "elsewhere"])
def test_what_the_corpus_of_the_run_directory_holds_out_is_seen(
    dialoom: Dialoom, log: Path, recipe: Path, out: str | None
) -> None:
    folder = out or "runs/calls"
    dialoom("import", log, "--corpus", f"{folder}/corpus")
    assert dialoom("corpus", "hold", "test", "--where", "id = 'c1'", "--corpus", f"{folder}/corpus").code == 0
    text = recipe.read_text("utf-8").replace(
        "prompt: |", f"examples: {{file: {log.name}, format: messages}}\n    prompt: |"
    )
    lines = log.read_text("utf-8").splitlines()
    log.write_text("\n".join(lines[:7]) + "\n", "utf-8")
    recipe.write_text(text, "utf-8")
    where = ("--out", out) if out else ()
    commands = [("check", recipe, *where), ("run", recipe, *where)]
    for command in commands if out else [*commands, ("plan", recipe), ("preview", recipe)]:
        refused = dialoom(*command)
        assert (refused.code, "held out as 'test'" in refused.err) == (2, True), (command, refused.err)
    if out:
        assert dialoom("check", recipe).code == 0
