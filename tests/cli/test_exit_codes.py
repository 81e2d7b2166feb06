"""The table of exit codes holds for whatever works on a corpus, with one line that tells what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dialoom.corpus import Corpus
from tests.cli.conftest import Dialoom
from tests.corpus.made import dialogue

EVERY = {
    "card": ["-o", "out"],
    "changelog": [],
    "compact": [],
    "decide": ["pay", "collect", "--why", "x", "--who", "y"],
    "decisions": [],
    "diff": ["1", "2"],
    "exports": [],
    "hold": ["test", "--run", "r"],
    "leaks": ["--no-meaning"],
    "log": [],
    "mix": ["-o", "out", "--ratio", "1:1", "--no-meaning"],
    "query": ["SELECT 1 AS one"],
    "remove": ["--run", "r"],
    "restore": ["2"],
    "sample": [],
    "show": ["2"],
    "split": ["-o", "out", "--no-meaning"],
    "tag": [],
    "taxonomy": ["taxonomy.yaml"],
    "verify": [],
}
SPLIT = ["corpus", "split", "-o", "out", "--no-meaning"]
MIX = ["corpus", "mix", "-o", "out", "--no-meaning"]
EXPORT = ["export", "corpus", "--to", "jsonl", "-o", "out.jsonl"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exit") / "corpus"
    corpus = Corpus.open(folder, create=True)
    for batch in range(2):
        named = [
            dialogue(f"d{batch}{n}", batch, n, provenance="real" if n % 2 else "synthetic", text=f"word{batch}{n} " * 9)
            for n in range(4)
        ]
        corpus.append(named, run="r", batch=str(batch))
    return folder


@pytest.fixture
def corpus(made: Path, tmp_path: Path, dialoom: Dialoom) -> Dialoom:
    """Runs in a folder with a corpus of two batches and a file."""
    shutil.copytree(made, tmp_path / "corpus")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "taxonomy.yaml").write_text("taxonomy: bank\nintents: {pay: {description: Pays a bill.}}\n")
    (tmp_path / "empty").mkdir()
    return dialoom


def test_every_subcommand_is_looked_at() -> None:
    from dialoom.cli.corpus import corpus

    assert {command.name for command in corpus.registered_commands} == EVERY.keys()


@pytest.mark.parametrize(
    ("command", "place"),
    [(command, "nowhere") for command in EVERY]
    + [("log", place) for place in ("file", "file/in", "empty", "", "s3://", "x" * 300)],
)
def test_what_is_no_corpus_is_5(corpus: Dialoom, command: str, place: str) -> None:
    ended = corpus("corpus", command, *EVERY[command], "--corpus", place)
    assert ended.code == 5
    (line,) = ended.err.splitlines()
    assert line.startswith("error: ")
    assert line.endswith(")")


@pytest.mark.parametrize(
    "arguments", [["trace", "d00", "-c"], ["push", "out", "-c"], ["export", "--to", "jsonl", "-o", "out"]]
)
def test_the_others_too(corpus: Dialoom, arguments: list[str]) -> None:
    assert corpus(*arguments, "nowhere").code == 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["corpus", "show", "99"], 2, "there is no version 99: versions there are 1 to 3"),
        (["corpus", "show", "0"], 2, "there is no version 0"),
        (["corpus", "show", "--", "-1"], 2, "no version is called '-1'"),
        (["corpus", "show", "9" * 30], 2, "versions there are 1 to 3"),
        (["corpus", "show", "best"], 2, "no version is called 'best'"),
        (["corpus", "diff", "1", "99", "--json"], 2, "there is no version 99"),
        (["corpus", "restore", "99"], 2, "there is no version 99"),
        (["corpus", "restore", "2", "--where", ""], 2, "the condition is empty"),
        (["corpus", "restore", "2", "--where", "topc = 'x'"], 2, "did you mean 'topic'?"),
        (["corpus", "verify", "--version", "99"], 2, "there is no version 99"),
        (["corpus", "sample", "--version", "99"], 2, "there is no version 99"),
        (["corpus", "sample", "--where", "topc = 'x'"], 2, "did you mean 'topic'?"),
        (["corpus", "sample", "-n", "0"], 2, "greater than or equal to 1"),
        (["corpus", "tag", "bad/name"], 2, "cannot name a version"),
        (["corpus", "tag", "good", "99"], 2, "there is no version 99"),
        (["corpus", "query", "SELECT topc FROM dialogues"], 2, "no column 'topc' (did you mean 'topic'?)"),
        (["corpus", "query", "SELECT 1", "--version", "99"], 2, "there is no version 99"),
        (["corpus", "query", "COPY dialogues TO 'out'"], 2, "a query only reads"),
        (["corpus", "query", "SELECT '\udcff'"], 2, "bytes that are no UTF-8"),
        (["corpus", "remove"], 2, "which dialogues?"),
        (["corpus", "remove", "--where", "topc = 'x'"], 2, "did you mean 'topic'?"),
        (["corpus", "remove", "--run", "r", "--where", " "], 2, "the condition is empty"),
        (["corpus", "hold", "test"], 2, "which dialogues?"),
        (["corpus", "hold", "train", "--run", "r"], 2, "cannot name a held-out set"),
        (["corpus", "hold", "test", "--where", "topc = 1"], 2, "did you mean 'topic'?"),
        (["corpus", "decide", "pay", "maybe", "--why", "x", "--who", "y"], 2, "'maybe'"),
        (["corpus", "decide", "", "collect", "--why", "x", "--who", "y"], 2, "needs its 'subject'"),
        ([*SPLIT, "--train", "0.5", "--test", "0.6"], 2, "give shares that add up to 1"),
        ([*SPLIT, "--test", "1"], 2, "the share of 'train' is 0"),
        ([*SPLIT, "--by", "topc"], 2, "did you mean 'topic'?"),
        ([*SPLIT, "--by", ""], 2, "an expression is empty"),
        ([*SPLIT, "--group", "topc"], 2, "did you mean 'topic'?"),
        ([*SPLIT, "--hold", "train"], 2, "'train' cannot be held out"),
        ([*SPLIT, "--to", "messags"], 2, "did you mean 'messages'?"),
        ([*SPLIT, "--where", "false"], 3, "no dialogues that meet the condition"),
        ([*SPLIT[:2], "-o", "file", "--no-meaning"], 5, "name a folder"),
        ([*MIX, "--ratio", "two"], 2, "'two' is no ratio"),
        ([*MIX, "--ratio", "1:nan"], 2, "'1:nan' is no ratio"),
        ([*MIX, "--ratio", "1:inf"], 2, "'1:inf' is no ratio"),
        ([*MIX, "--ratio", "1:1", "--where", "topc = 1"], 2, "did you mean 'topic'?"),
        ([*MIX, "--ratio", "1:1", "--where", "provenance <> 'real'"], 3, "there is no real dialogue"),
        (["corpus", "leaks", "--no-meaning", "--against", "none.jsonl"], 3, "none.jsonl: no such file"),
        (["corpus", "changelog", "-o", "file"], 5, "overwrite it with --force"),
        (["corpus", "changelog", "-o", "empty"], 5, "name a file, not a folder"),
        (["corpus", "card", "-o", "file"], 5, "name a folder"),
        ([*EXPORT, "--where", "topc = 'x'"], 2, "no column 'topc' (did you mean 'topic'?)"),
        ([*EXPORT, "--where", ""], 2, "the condition is empty"),
        ([*EXPORT, "--where", "false"], 3, "no dialogues to write"),
        ([*EXPORT, "--version", "99"], 2, "there is no version 99"),
        (["export", "corpus", "--to", "jsnl", "-o", "out"], 2, "the format 'jsnl' is not known"),
        (["export", "corpus", "--to", "jsonl", "-o", "file"], 5, "overwrite it with --force"),
        (["export", "corpus", "--to", "jsonl", "-o", "file/out"], 5, "name another path"),
        (["trace", "nobody", "-c", "corpus"], 2, "no version holds a dialogue 'nobody'"),
        (["trace", "d00", "--run", "other", "--json"], 2, "of run 'other'"),
        (["trace", "\udcff"], 2, "bytes that are no UTF-8"),
        (["push", "file"], 5, "--force"),
        (["push", "out", "--splits", "empty"], 3, "no manifest of a split: no such file"),
        (["import", "none.jsonl", "-c", "corpus"], 3, "none.jsonl: no such file"),
        (["import", "file", "-c", "corpus", "--format", "jsnl"], 2, "did you mean 'jsonl'?"),
        (["import", "file", "-c", ""], 5, "the corpus has no name"),
    ],
)
def test_mistakes(corpus: Dialoom, arguments: list[str], code: int, said: str, made: Path) -> None:
    ended = corpus(*arguments)
    assert said in ended.err
    assert (ended.code, ended.out) == (code, "")
    assert Path("file").read_text() == "mine"
    assert not any(word in ended.err for word in ("LanceError", ".rs:", "Binder", "Errno"))
    assert Corpus.open("corpus").version == Corpus.open(made).version


def test_what_lies_there_is_overwritten_only_when_told(corpus: Dialoom) -> None:
    assert corpus("corpus", "card", "-o", "card").code == 0
    Path("card/README.md").write_text("mine")
    refused = corpus("corpus", "card", "-o", "card")
    assert refused.code == 5
    assert "there is a README.md already (name another folder, or give --force)" in refused.err
    assert Path("card/README.md").read_text() == "mine"
    assert corpus("corpus", "card", "-o", "card", "--force").code == 0
    assert Path("card/README.md").read_text() != "mine"
    assert corpus("corpus", "changelog", "-o", "file", "--force").code == 0
    assert "Version" in Path("file").read_text()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


@pytest.mark.parametrize(
    ("arguments", "spoil"),
    [
        (["trace", "d10"], _cut),
        (["trace", "d10"], Path.unlink),
        (EXPORT, _cut),
        (["corpus", "query", "SELECT id FROM dialogues"], _cut),
        (["push", "out"], Path.unlink),
    ],
)
def test_damage_is_5_and_tells_the_way_back(
    corpus: Dialoom, arguments: list[str], spoil: Callable[[Path], object]
) -> None:
    file = max(Path("corpus/dialogues.lance/data").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    spoil(file)
    ended = corpus(*arguments)
    assert ended.code == 5
    assert "dialoom corpus verify" in ended.err
    assert "dialoom corpus restore VERSION" in ended.err
    verified = corpus("corpus", "verify")
    assert verified.code == 5
    assert f"data/{file.name} of dialogues.lance is damaged or missing, with 4 dialogues" in verified.out
    assert "dialoom corpus restore 2" in verified.out
    assert corpus("corpus", "restore", "2").code == 0
    assert corpus("corpus", "verify").code == 0
    assert corpus("corpus", "sample", "-n", "9", "--json").json[0]["id"].startswith("d0")


@pytest.mark.parametrize("told", ["{}", "[]", "no json", '{"run": 1, "corpus": 2}'])
def test_a_run_directory_that_does_not_tell_its_corpus_is_5(corpus: Dialoom, told: str) -> None:
    Path("empty/run.json").write_text(told)
    for command in (["corpus", "log", "-c", "empty"], ["export", "empty", "--to", "jsonl", "-o", "out"]):
        ended = corpus(*command)
        assert ended.code == 5
        assert "run.json" in ended.err


def test_errors_do_not_steer_the_terminal(corpus: Dialoom) -> None:
    ended = corpus("corpus", "log", "-c", "a\x1b[31mb")
    assert ended.code == 5
    assert "\x1b" not in ended.err
