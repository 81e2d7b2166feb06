"""What goes wrong at a provider's batch API: nothing is handed in twice, and nothing that was paid is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

import dialoom
from dialoom.models.batches.results import Unreadable, read_result
from tests.engine.batches.support import QUICK, Said, about, run, sizes, talk
from tests.engine.support import left_in, lines, write
from tests.support.batch_server import BatchServer


def test_an_expired_batch_keeps_its_answers(server: BatchServer, tmp_path: Path) -> None:
    server.endings.extend(["completed", "expired", "cancelled"])
    report, said = run(talk(server, batch=QUICK), tmp_path / "run")
    assert report.status == "finished"
    assert "batch_1 expired: 10 answered, 11 to be sent again" in said
    # The three records of each of ten subtopics, beside eleven subtopics once more.
    assert sizes(server)[:3] == [3, 21, 41]
    assert len(server.times) == 87
    assert sum(server.times.values()) == 87 + 11 + 21
    assert left_in(tmp_path / "run").add_up()


def test_a_request_that_no_batch_answers_fails_its_record(server: BatchServer, tmp_path: Path) -> None:
    server.endings.extend(["expired", "expired"])
    report, _ = run(lines(server.url, 1, batch={**QUICK, "tries": 2}), tmp_path / "run")
    assert (report.status, report.counts.failed) == ("finished", 1)
    assert sizes(server) == [1, 1]
    [failed] = left_in(tmp_path / "run").failed.values()
    assert "no answer in 2 batches; of the last: batch_expired" in failed["reasons"][0]
    report, _ = run(lines(server.url, 1, batch=QUICK), tmp_path / "run", retry=True)
    assert (report.counts.kept, sizes(server)) == (1, [1, 1, 1])


def test_a_refused_line_costs_its_record_and_retry_asks_again(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 10, batch=QUICK), tmp_path / "run"
    server.refuse = about("row0003", (400, "this is about something that nobody may ask"))
    report, _ = run(recipe, out)
    assert (report.counts.kept, report.counts.failed) == (9, 1)
    [failed] = left_in(out).failed.values()
    assert failed["reasons"] == ["400 this is about something that nobody may ask"]
    again, _ = run(recipe, out)
    assert (again.counts.failed, sizes(server)) == (1, [10])
    server.refuse = lambda body: None
    report, _ = run(recipe, out, retry=True)
    assert (report.counts.kept, report.counts.failed, sizes(server)) == (10, 0, [10, 1])


def test_refusals_do_not_keep_a_run_that_is_left_from_its_end(server: BatchServer, tmp_path: Path) -> None:
    # Records of one seed are refused in different steps: none is asked again while it waits for the others.
    recipe, out = talk(server, batch=QUICK), tmp_path / "run"
    server.refuse = lambda body: (400, "no") if body["seed"] % 4 == 0 and "subtopics" not in str(body) else None
    for _ in range(5):
        report, _ = run(recipe, out, leave=True)
        server.finish()
    assert report.status == "finished"
    assert report.counts.failed >= 2
    assert set(server.times.values()) == {1}


def test_what_cannot_be_read_is_asked_again(server: BatchServer, tmp_path: Path) -> None:
    spoilt = iter([b'{"custom_id": ', b"[]", b"\xff\xfe", b'{"custom_id": "unknown", "response": null}'])
    server.spoil = lambda body: next(spoilt, None)
    report, said = run(lines(server.url, 10, batch=QUICK), tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 10)
    assert sizes(server) == [10, 4]
    assert "6 answered, 4 to be sent again, 3 lines that cannot be read" in said


def test_a_line_that_never_comes_fails_its_record(server: BatchServer, tmp_path: Path) -> None:
    server.spoil = about("row0001", b"")
    report, _ = run(lines(server.url, 3, batch={**QUICK, "tries": 2}), tmp_path / "run")
    assert (report.counts.kept, report.counts.failed, sizes(server)) == (2, 1, [3, 1])
    [failed] = left_in(tmp_path / "run").failed.values()
    assert failed["reasons"] == ["no answer in 2 batches; of the last: the batch batch_1 ended as completed without it"]


def test_no_completion_in_an_answer_is_asked_again(server: BatchServer, tmp_path: Path) -> None:
    first = iter([True])

    def spoil(body: dict[str, Any]) -> bytes | None:
        if "row0001" in body["messages"][-1]["content"] and next(first, False):
            [key] = [key for key in server.handed_in[0] if _body_of(server, key) == body]
            return orjson.dumps({"custom_id": key, "response": {"status_code": 200, "body": {"choices": []}}})
        return None

    server.spoil = spoil
    report, _ = run(lines(server.url, 3, batch=QUICK), tmp_path / "run")
    assert (report.counts.kept, sizes(server)) == (3, [3, 1])


def _body_of(server: BatchServer, key: str) -> Any:
    for content in server._files.values():
        for line in map(orjson.loads, content.splitlines()):
            if line.get("custom_id") == key and "body" in line:
                return line["body"]
    return None


def test_a_provider_that_is_down_is_waited_for(server: BatchServer, tmp_path: Path) -> None:
    server.hold = True
    recipe = write(tmp_path / "recipe.yaml", lines(server.url, 20, batch=QUICK))
    said = Said()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: dialoom.run(dialoom.load_recipe(recipe), tmp_path / "run", view=said))
        server.wait_for(lambda server: server.requests["GET batches"] > 3)
        server.down = True
        seen = server.requests["GET batches"]
        server.wait_for(lambda server: server.requests["GET batches"] > seen + 12)
        assert not running.done()
        server.down = server.hold = False
        report = running.result(30)
    assert (report.status, report.counts.kept) == ("finished", 20)
    assert "does not answer now (503 down for a while); it is tried again" in said
    assert set(server.times.values()) == {1}


def test_a_batch_that_was_created_unheard_is_found_again(server: BatchServer, tmp_path: Path) -> None:
    server.cut_creates = 1
    # There are several others, so that it is on a later page of the list.
    report, _ = run(lines(server.url, 12, batch={**QUICK, "size": 2}), tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 12)
    assert set(server.times.values()) == {1}


def test_a_batch_that_is_refused_as_a_whole_stops_the_run(server: BatchServer, tmp_path: Path) -> None:
    server.endings.append("failed model_not_found The model is not there.")
    recipe, out = lines(server.url, 5, batch=QUICK), tmp_path / "run"
    report, _ = run(recipe, out)
    assert (report.status, report.counts.pending, report.counts.failed) == ("stopped", 5, 0)
    assert "refused the batch batch_0: The model is not there." in str(report.error)
    report, _ = run(recipe, out)
    assert (report.status, report.counts.kept) == ("finished", 5)


def test_a_key_that_is_refused_in_every_line_stops_the_run(server: BatchServer, tmp_path: Path) -> None:
    server.refuse = about("row", (401, "no such key"))
    recipe, out = lines(server.url, 5, batch=QUICK), tmp_path / "run"
    report, _ = run(recipe, out)
    assert report.status == "stopped"
    assert "refused 5 requests of batch batch_0: 401 no such key" in str(report.error)
    server.refuse = lambda body: None
    report, _ = run(recipe, out)
    assert (report.status, report.counts.kept) == ("finished", 5)


def test_a_batch_that_is_too_much_alone_is_cut(server: BatchServer, tmp_path: Path) -> None:
    server.endings.extend(["failed token_limit_exceeded Enqueued token limit reached"] * 2)
    report, said = run(lines(server.url, 16, batch=QUICK), tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 16)
    assert sizes(server)[0] == 16
    # Of the two halves the first is refused too, beside the other or alone.
    assert max(sizes(server)[1:]) <= 8
    assert "was too large (Enqueued token limit reached); batches have 8 requests from now on" in said


def test_a_batch_that_is_too_much_beside_others_waits_for_them(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 20, batch={**QUICK, "size": 10}), tmp_path / "run"
    server.hold = True
    run(recipe, out, limit=10, leave=True)
    server.endings.append("failed token_limit_exceeded Enqueued token limit reached")
    run(recipe, out, leave=True)
    server.hold = False
    server.finish()
    server.batches["batch_0"].update(status="in_progress", looks=0)
    server.looks = 20
    report, said = run(recipe, out)
    assert (report.status, report.counts.kept) == ("finished", 20)
    assert "batch_1 was too much beside the others" in said
    assert sum(sizes(server)) == 30
    assert said.lines.index("batch batch_0 completed: 10 answered") < next(
        number for number, line in enumerate(said.lines) if line.startswith("batch batch_2: ")
    )


def test_a_form_that_the_provider_does_not_take_is_learnt_once(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 5, batch=QUICK, params={"max_tokens": 9}), tmp_path / "run"
    why = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    server.refuse = lambda body: (400, why) if "max_tokens" in body else None
    report, _ = run(recipe, out)
    assert (report.status, report.counts.kept, sizes(server)) == ("finished", 5, [5, 5])
    recipe["nodes"]["line"]["prompt"] = "Shout something about {{ topic }}."
    report, _ = run(recipe, out)
    assert (report.counts.kept, sizes(server)) == (5, [5, 5, 5])


def test_files_that_are_gone_are_told_and_asked_again(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 5, batch=QUICK), tmp_path / "run"
    run(recipe, out, leave=True)
    server.finish()
    server.forget_files()
    report, said = run(recipe, out)
    assert (report.status, report.counts.kept, sizes(server)) == ("finished", 5, [5, 5])
    assert "is there no more" in said


def test_a_batch_that_is_gone_stops_the_run_and_says_what_to_do(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 5, batch=QUICK), tmp_path / "run"
    run(recipe, out, leave=True)
    server.batches.clear()
    report, _ = run(recipe, out)
    assert report.status == "stopped"
    assert "does not know the batch batch_0" in str(report.error)
    assert "state/batches-" in str(report.error)


def _nested(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["custom_id", "response", "error", "status_code", "body", "choices", "message", "code"])
    return st.lists(values, max_size=2) | st.dictionaries(names, values, max_size=4)


@given(st.binary() | st.recursive(st.none() | st.booleans() | st.text(), _nested).map(orjson.dumps))
def test_any_line_is_read_or_unreadable(line: bytes) -> None:
    try:
        result = read_result(line)
    except Unreadable:
        return
    assert (result.answer is None) is (result.fault is not None)
