"""What fails below the corpus is told in dialoom's words: versions, names, damage, object stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialoom.corpus import Corpus, diff, lives, verify
from dialoom.errors import StorageError, UsageError
from tests.corpus.made import dialogue

FOREIGN = ("lance", "Lance", "rust", ".rs:", "Arrow", "Generic", "Traceback", "DuckDB cannot")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.open(tmp_path / "corpus", create=True)
    for batch in range(3):
        made.append([dialogue(f"d{batch}{n}", batch, n) for n in range(3)], run="r", batch=str(batch))
    return made


def newest(corpus: Corpus, pattern: str) -> Path:
    files = list(Path(corpus.location, "dialogues.lance").glob(pattern))
    return max(files, key=lambda file: file.stat().st_mtime_ns)


@pytest.mark.parametrize("name", ["a/b", "é", "a b", "7", "", "-x", ".a", "a.", "a..b", "a.lock", "x" * 101, "a\n"])
def test_a_name_that_no_version_can_have(corpus: Corpus, name: str) -> None:
    with pytest.raises(UsageError, match=r"(?s)corpus: '.*' cannot name a version \(begin with a letter") as told:
        corpus.name(name)
    assert not any(word in told.value.what for word in FOREIGN)
    corpus.name("v1.0-final_2")
    assert corpus.names() == {"v1.0-final_2": 4}


READS: dict[str, Callable[[Corpus], object]] = {
    "dialogues": lambda corpus: list(corpus.dialogues()),
    "query": lambda corpus: corpus.query("SELECT * FROM dialogues"),
    "filter": lambda corpus: corpus.remove("topic = 'calls'"),
    "trace": lambda corpus: lives(corpus, "d21"),
    "diff": lambda corpus: diff(corpus, 1, 4),
    "compact": lambda corpus: corpus.compact(),
}


@pytest.mark.parametrize("how", ["cut", "zeroed", "gone"])
@pytest.mark.parametrize("read", READS)
def test_a_damaged_file_is_told_with_the_way_back(corpus: Corpus, read: str, how: str) -> None:
    file = newest(corpus, "data/*.lance")
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:100] if how == "cut" else bytes(file.stat().st_size))
    with pytest.raises(StorageError) as told:
        READS[read](Corpus.open(corpus.location))
    lost = "is missing" if how == "gone" else "is damaged"
    assert lost in told.value.what
    assert not any(word in told.value.what.replace("dialogues.lance/", "") for word in FOREIGN[1:])
    assert "corpus verify" in str(told.value.remedy)
    assert "corpus restore" in str(told.value.remedy)


def test_verify_names_the_files_and_the_version_that_is_whole(corpus: Corpus) -> None:
    file = newest(corpus, "data/*.lance")
    file.write_bytes(b"")
    opened = Corpus.open(corpus.location)
    found = verify(opened)
    assert found.faults == (f"data/{file.name} of dialogues.lance is damaged or missing, with 3 dialogues",)
    assert found.whole == 3
    opened.restore(found.whole)
    assert verify(opened).faults == ()
    assert list(opened.ids()) == [f"d{batch}{n}" for batch in range(2) for n in range(3)]


def test_without_a_whole_version_verify_names_none(corpus: Corpus) -> None:
    for file in Path(corpus.location, "dialogues.lance", "data").iterdir():
        file.unlink()
    found = verify(Corpus.open(corpus.location))
    assert len(found.faults) == 3
    assert found.whole == 1, "the empty one"


def test_a_corpus_opens_again_without_its_damaged_newest_version(corpus: Corpus) -> None:
    file = newest(corpus, "_versions/*.manifest")
    file.write_bytes(file.read_bytes()[:10])
    with pytest.raises(StorageError, match=r"cannot open the corpus.*moved away") as told:
        Corpus.open(corpus.location)
    assert not any(word in told.value.what for word in FOREIGN[1:])
    file.rename(file.with_suffix(".away"))
    assert Corpus.open(corpus.location).version == 3


def test_a_history_with_holes_is_told(corpus: Corpus) -> None:
    files = sorted(Path(corpus.location, "dialogues.lance", "_versions").glob("*.manifest"), reverse=True)
    files[1].unlink()
    opened = Corpus.open(corpus.location)
    assert [version.number for version in opened.versions()] == [1, 3, 4]
    assert opened.versions()[-1].rows == 9
    with pytest.raises(StorageError, match=r"cannot open version 2 of the corpus.* is missing"):
        opened.count(version=2)


@pytest.mark.parametrize(
    ("url", "options", "what", "remedy"),
    [
        ("s3://", {}, "no address of a corpus", "s3://bucket/calls"),
        ("s3://a b/c", {}, "no address of a corpus", "s3://bucket/calls"),
        ("ftp://host/c", {}, "stores of this kind are not known", "s3://bucket/calls"),
        ("s3://b/c", {"aws_endpoint": "http://127.0.0.1:9"}, "none that can be asked", "AWS_ALLOW_HTTP"),
        (
            "s3://b/c",
            {"aws_endpoint": "http://127.0.0.1:9", "allow_http": "true", "client_max_retries": "0"},
            "cannot be reached",
            "AWS_ENDPOINT",
        ),
        ("az://b/c", {}, "no keys", "AZURE_STORAGE_ACCOUNT_NAME"),
    ],
)
@pytest.mark.parametrize("create", [False, True])
def test_an_object_store_that_cannot_be_used(
    url: str, options: dict[str, str], what: str, remedy: str, create: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AWS_ALLOW_HTTP"):
        monkeypatch.delenv(name, raising=False)
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "aws_region": "us-east-1"}
    with pytest.raises(StorageError) as told:
        Corpus.open(url, create=create, storage_options=(keys if url.startswith("s3") else {}) | options)
    assert told.value.place is not None
    assert told.value.place.file == url
    assert what in told.value.what
    assert remedy in str(told.value.remedy)
    assert not any(word in told.value.what for word in FOREIGN)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="a file lies where a folder has to be"):
        Corpus.open(tmp_path / "file" / "corpus", create=True)
    with pytest.raises(StorageError, match="longer than the system allows"):
        Corpus.open(tmp_path / ("x" * 300), create=True)
    with pytest.raises(StorageError, match="this is a table of a corpus"):
        Corpus.open(tmp_path / "dialogues.lance", create=True)
    (tmp_path / "hollow" / "dialogues.lance").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"is damaged: its dialogues\.lance holds no version"):
        Corpus.open(tmp_path / "hollow")
