"""NLU data in, through a corpus, and out in the forms of other tools, as docs/nlu-formats.md has it."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from zipfile import ZipFile

import pytest

from dialoom.dialogue.formats import FORMATS, read_dialogues
from tests.cli.conftest import Dialoom
from tests.dialogue.nlu import content

PAGE = (Path(__file__).parents[2] / "docs" / "nlu-formats.md").read_text("utf-8")
FORMS = [
    "rasa",
    "clu",
    "dialogflow_cx",
    "dialogflow_es",
    "lex_v2",
    "csv",
    "csv_turns",
    "clinc",
    "parquet",
    "huggingface",
]


@pytest.fixture
def nlu(dialoom: Dialoom, tmp_path: Path) -> Path:
    """The example of the page, with sixty further lines, imported."""
    (example,) = re.findall(r"^```text\n(version:.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    more = "".join(f"    - show me order {number} please\n" for number in range(60))
    (tmp_path / "nlu.yml").write_text(f"{example}- intent: show_order\n  examples: |\n{more}", "utf-8")
    assert dialoom("import", "nlu.yml", "--corpus", "corpus").code == 0
    return tmp_path


def test_the_commands_on_the_page_run(dialoom: Dialoom, nlu: Path) -> None:
    commands = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(commands) >= 8
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "dialoom"
        done = dialoom(*arguments)
        assert done.code == 0, (command, done.err)


@pytest.mark.parametrize("form", FORMS)
def test_a_corpus_goes_out_and_comes_in_again(form: str, dialoom: Dialoom, nlu: Path) -> None:
    out = f"out{FORMATS.load(form).suffix}"
    assert dialoom("export", "corpus", "--to", form, "--out", out).code == 0
    if form != "lex_v2":
        want = content(read_dialogues(nlu / "nlu.yml"))
        if form == "clinc":
            assert {(text, intent) for text, intent, _ in content(read_dialogues(nlu / out))} == {
                each[:2] for each in want
            }
        else:
            assert content(read_dialogues(nlu / out)) == want
    assert dialoom("import", out, "--corpus", "again").code == 0
    assert dialoom("corpus", "exports", "--json").json[0]["format"] == form
    assert dialoom("export", "corpus", "--to", form, "--out", out).code == 5
    assert dialoom("export", "corpus", "--to", form, "--out", out, "--force").code == 0


def test_what_is_left_out_is_told(dialoom: Dialoom, nlu: Path) -> None:
    (nlu / "more.csv").write_text("text,intent\nsee [a](b),book_flight\nto Rome,greet\nto Rome,book_flight\n", "utf-8")
    assert dialoom("import", "more.csv", "--corpus", "corpus").code == 0
    done = dialoom("export", "corpus", "--to", "rasa", "--out", "out.yml")
    assert done.code == 0
    told = done.err.splitlines()
    assert (
        told[0]
        == "note: left out 1 utterances: Rasa would read its brackets as an annotation (content-295745ef9b635601)"
    )
    assert told[1].startswith("note: texts with more than one intent: 1 ('to Rome' is 'greet' in content-")
    assert told[2].startswith("wrote ")
    assert told[2].endswith(" utterances to out.yml")


def test_nothing_labelled_is_an_error(dialoom: Dialoom, nlu: Path) -> None:
    done = dialoom("export", "corpus", "--to", "rasa", "--out", "none.yml", "--where", "id = 'nowhere'")
    assert done.code == 3
    (nlu / "chat.jsonl").write_text('{"messages": [{"role": "user", "content": "hi"}]}\n')
    assert dialoom("import", "chat.jsonl", "--corpus", "chats").code == 0
    done = dialoom("export", "chats", "--to", "clu", "--out", "none.json")
    assert done.code == 3
    assert "there are no utterances to write; left out 1 utterances: no intent (content-cc39c73e769138f9)" in done.err
    assert not (nlu / "none.json").exists()


def test_archives_go_to_stdout_and_folders_do_not(dialoom: Dialoom, nlu: Path) -> None:
    done = dialoom("export", "corpus", "--to", "huggingface", "--out", "-")
    assert done.code == 5
    assert "which stdout cannot be" in done.err


def test_a_split_is_written_in_a_form_of_nlu(dialoom: Dialoom, nlu: Path) -> None:
    done = dialoom("corpus", "split", "-o", "sets", "--to", "dialogflow_es")
    assert done.code == 0, done.err
    made = sorted(each.name for each in (nlu / "sets").iterdir())
    assert "train.zip" in made
    with ZipFile(io.BytesIO((nlu / "sets" / "train.zip").read_bytes())) as archive:
        assert "agent.json" in archive.namelist()
    refused = dialoom("corpus", "split", "-o", "more", "--to", "huggingface")
    assert refused.code != 0
    assert "a folder of its own" in refused.err
