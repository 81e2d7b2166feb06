"""The corpus in an object store, against a local server that speaks S3 and honours conditional writes."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dialoom.corpus import Corpus, derived, diff, exports_of, verify
from dialoom.engine.trace import trace
from dialoom.errors import StorageError
from tests.corpus.made import dialogue
from tests.engine.support import lines, run
from tests.support.fault_server import FaultServer

moto = pytest.importorskip("moto.server")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/calls", method="PUT")).close()
    yield url
    server.stop()


@pytest.fixture
def options(endpoint: str) -> Mapping[str, str]:
    return {
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_region": "us-east-1",
        "aws_endpoint": endpoint,
        "allow_http": "true",
    }


def test_everything_works_as_in_a_folder(options: Mapping[str, str]) -> None:
    url = "s3://calls/one"
    corpus = Corpus.open(url, create=True, storage_options=options)
    assert corpus.location == url
    one = corpus.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="1")
    corpus.append([dialogue("c", 2, examples=["a"])], run="r", batch="2")
    corpus.name("whole")
    removed = corpus.remove("batch = '1'", why="a trial")
    assert derived(corpus, removed.ids) == [("r", "c", ("a",))]
    corpus.put_back(corpus.number_of("whole"), "id = 'a'")
    corpus.compact()
    assert [row.id for row in diff(corpus, corpus.number_of("whole"), corpus.version).removed] == ["b"]
    corpus.restore(one)
    corpus.add("ratings", [{"id": "a", "value": 5}])
    again = Corpus.open(url, storage_options=options)
    assert [each.id for each in again.dialogues()] == ["a", "b"]
    assert again.query("SELECT id, value FROM ratings").to_pylist() == [{"id": "a", "value": 5.0}]
    hashes = {version.number: version.hash for version in again.versions()}
    assert hashes[one] == hashes[again.version]
    assert not verify(again).faults
    assert exports_of(again) == []


def test_writers_at_once_lose_nothing(options: Mapping[str, str]) -> None:
    url = "s3://calls/many"
    Corpus.open(url, create=True, storage_options=options)

    def write(run: str) -> None:
        corpus = Corpus.open(url, storage_options=options)
        for number in range(5):
            corpus.append([dialogue(f"{run}{number}", number)], run=run, batch=str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, "abcd"))
    corpus = Corpus.open(url, storage_options=options)
    assert list(corpus.ids()) == [f"{run}{number}" for run in "abcd" for number in range(5)]
    assert not verify(corpus).faults


def test_what_is_not_there_is_told(options: Mapping[str, str]) -> None:
    with pytest.raises(StorageError, match=r"s3://calls/none: the corpus folder is not a corpus"):
        Corpus.open("s3://calls/none", storage_options=options)
    with pytest.raises(StorageError, match=r"s3://calls/none: cannot open the corpus"):
        Corpus.open("s3://calls/none", storage_options=dict(options) | {"aws_endpoint": "http://127.0.0.1:9"})


def test_a_run_writes_there_and_its_dialogues_are_traced(
    options: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in options.items():
        monkeypatch.setenv(name.upper() if name.startswith("aws") else f"AWS_{name.upper()}", value)
    with FaultServer() as server:
        report = run(lines(server, 3) | {"corpus": "s3://calls/run"}, tmp_path / "run")
    assert (report.status, report.counts.kept, report.corpus) == ("finished", 3, "s3://calls/run")
    shutil.rmtree(tmp_path / "run")
    corpus = Corpus.open("s3://calls/run")
    found = trace(corpus, next(corpus.ids()))
    assert found.calls[0].request["messages"][-1]["content"].startswith("Say something about row")
    assert not found.lost
