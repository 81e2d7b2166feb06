"""Message trees in, through a corpus, and out in the forms for training, as docs/formats.md has it."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path

import pytest

from dialoom.dialogue import Message, MessageTree
from dialoom.dialogue.formats import write_trees
from tests.cli.conftest import Dialoom

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    trees = []
    for name in ("a", "b"):
        replies = [
            Message(
                message_id=f"{name}{rank}",
                parent_id=name,
                text=f"answer {rank} — ключ 🧳",
                role="assistant",
                rank=rank,
                deleted=rank == 2,
                labels={"quality": {"value": 0.5, "count": 3}},
            )
            for rank in (1, 0, 2)
        ]
        replies[0].replies.append(
            Message(message_id=f"{name}x", parent_id=f"{name}1", text="and?", role="prompter", synthetic=True)
        )
        prompt = Message(message_id=name, text=f"question {name}", role="prompter", lang="en", replies=replies)
        trees.append(MessageTree(message_tree_id=name, tree_state="ready_for_export", prompt=prompt))
    trees.append(
        MessageTree(message_tree_id="c", prompt=Message(message_id="c", text="nobody answered", role="prompter"))
    )
    write_trees(trees, tmp_path / "trees.jsonl.gz")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_on_the_page_run_and_give_the_trees_back(dialoom: Dialoom, folder: Path) -> None:
    # The prompt that nobody answered would train nothing.
    answered = ["--where", "n_turns > 1"]
    (block,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for command in block.splitlines():
        program, *arguments = shlex.split(command)
        assert program == "dialoom"
        done = dialoom(*arguments, *(answered if "messages" in arguments else []))
        assert done.code == 0, (command, done.err)
    again, trees = (gzip.decompress((folder / name).read_bytes()) for name in ("again.jsonl.gz", "trees.jsonl.gz"))
    assert again == trees
    assert [json.loads(line)["id"] for line in (folder / "dpo.jsonl").read_text().splitlines()] == ["a0:a1", "b0:b1"]
    assert done.err.strip().endswith("wrote 2 pairs to dpo.jsonl")


def test_the_python_on_the_page_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(code, "docs/formats.md", "exec"), {})
    assert capsys.readouterr().out == "answer 0 — ключ 🧳 is better than answer 1 — ключ 🧳\n" * 2


def test_paths_through_deleted_messages_are_left_out_by_the_condition_on_the_page(
    dialoom: Dialoom, folder: Path
) -> None:
    (condition,) = re.findall(r'`--where "(json_extract\(tags.*?)"`', PAGE)
    assert dialoom("import", "trees.jsonl.gz", "--corpus", "corpus").code == 0
    assert dialoom("export", "corpus", "--to", "jsonl", "--out", "x.jsonl", "--where", condition).code == 0
    ids = [json.loads(line)["id"] for line in (folder / "x.jsonl").read_text().splitlines()]
    assert ids == ["ax", "a0", "bx", "b0", "c"]


def test_the_pair_on_the_page_is_one_and_records_without_are_named(dialoom: Dialoom, folder: Path) -> None:
    (pair,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    turns = [{"speaker": "Ann", "text": "hi"}]
    rows = [{"id": "d", "turns": turns, "fields": {"pair": json.loads(pair)}}, {"id": "bare", "turns": turns}]
    (folder / "x.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert dialoom("import", "x.jsonl", "--corpus", "corpus").code == 0
    refused = dialoom("export", "corpus", "--to", "trl_dpo", "--out", "dpo.jsonl")
    assert refused.code == 3
    assert "'bare' holds no preference pair" in refused.err
    (condition,) = set(re.findall(r'`--where "(json_extract\(fields.*?)"`', PAGE))
    assert condition in refused.err
    assert dialoom("export", "corpus", "--to", "trl_dpo", "--out", "dpo.jsonl", "--where", condition).code == 0
    (row,) = [json.loads(line) for line in (folder / "dpo.jsonl").read_text().splitlines()]
    assert row["margin"] == 3.5
    assert row["chosen"] == [{"role": "assistant", "content": "May I have your tag's number?"}]


def test_every_form_of_the_page_s_table_is_one(dialoom: Dialoom) -> None:
    from dialoom.dialogue.formats import FORMATS

    told = {name for line in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)}
    assert told <= set(FORMATS.names())
    assert len(told) == 14


def test_sdialog_goes_to_stdout_and_to_a_folder(dialoom: Dialoom, folder: Path) -> None:
    assert dialoom("import", "trees.jsonl.gz", "--corpus", "corpus").code == 0
    shown = dialoom("export", "corpus", "--to", "sdialog", "--out", "-")
    assert len(shown.out.splitlines()) == 7
    assert dialoom("export", "corpus", "--to", "sdialog", "--out", "talks").code == 0
    assert len(list((folder / "talks").glob("*.json"))) == 7
    assert dialoom("import", "talks", "--corpus", "again").code == 0
