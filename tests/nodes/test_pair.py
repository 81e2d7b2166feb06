"""Preference pairs: best and worst of several, two models, faults put in, judges, going on from the chosen reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

import dialoom
from dialoom.dialogue import PreferencePair, pairs_of
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.nodes._faults import repeating, truncated
from tests.nodes.running import Outcome, recipe, run
from tests.support.fault_server import FaultServer

ASK = [{"speaker": "Ana", "text": "Where is my parcel?"}, {"speaker": "Tom", "text": "Which one?"}]
SOURCE = [
    {"topic": "parcels", "dialogue": {"turns": ASK}, "good": "It will come on Monday. Please wait for it.", "n": n}
    for n in range(30)
]


@pytest.fixture(scope="module")
def one_server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def server(one_server: FaultServer) -> FaultServer:
    one_server.reset()
    return one_server


def made(server: FaultServer | None, source: Any = None, **nodes: dict[str, Any]) -> dialoom.Recipe:
    url = "http://127.0.0.1:9/v1" if server is None else server.url
    base = recipe(url, source or SOURCE[:3])
    base.models["small"] = base.models["writer"]
    for name, fields in nodes.items():
        base.add(name, **fields)
    return base


def pairs(outcome: Outcome) -> list[PreferencePair]:
    return [pair for dialogue in outcome.kept for pair in pairs_of(dialogue)]


def test_the_best_and_the_worst_of_n_by_a_score_over_metrics(server: FaultServer, tmp_path: Path) -> None:
    ended = run(
        made(
            server,
            replies={"kind": "reply", "count": 5, "temperature": 1.0},
            pair={"kind": "pair", "among": ["replies"], "score": "metrics.words + metrics.distinct_1"},
        ),
        tmp_path,
    )
    for dialogue, pair in zip(ended.kept, pairs(ended), strict=True):
        replies = dialogue.fields["replies"]
        words = {reply["text"]: reply["text"].count(" ") + 1 for reply in replies}
        assert len(replies) == 5
        assert words[pair.chosen[0].text] == max(words.values())
        assert words[pair.rejected[0].text] == min(words.values())
        assert [turn.model_dump(exclude_defaults=True) for turn in pair.prompt] == ASK
        assert (pair.chosen[0].speaker, pair.made_by) == ("Ana", "best_of_n")
        assert pair.margin == pytest.approx((pair.score_chosen or 0) - (pair.score_rejected or 0))
        assert pair.provenance["scores"][pair.provenance["chosen"]["sample"]] == pair.score_chosen


def test_two_models_are_contrasted_and_a_score_that_says_otherwise_rejects(server: FaultServer, tmp_path: Path) -> None:
    models = {
        "good": {"kind": "reply", "model": "writer"},
        "bad": {"kind": "reply", "model": "small", "system": "Be brief."},
    }
    (pair, *_) = pairs(
        run(made(server, **models, pair={"kind": "pair", "chosen": "good", "rejected": "bad"}), tmp_path)
    )
    assert (pair.made_by, pair.score_chosen, pair.margin) == ("models", None, None)
    assert pair.provenance["chosen"] == {"field": "good", "model": "writer", "sample": 0}
    assert pair.provenance["rejected"]["model"] == "small"
    doubted = {"kind": "pair", "chosen": "good", "rejected": "bad", "score": "1 if name == 'bad' else 0"}
    assert (
        run(made(server, **models, pair=doubted), tmp_path).reasons
        == ["pair: the chosen one scores 0, and the rejected one 1"] * 3
    )


def test_a_judge_scores_the_dialogue_with_each_reply(server: FaultServer, tmp_path: Path) -> None:
    judge = {"model": "small", "rubric": "dialogue"}
    ended = run(
        made(
            server,
            replies={"kind": "reply", "count": 3},
            pair={"kind": "pair", "among": ["replies"], "judge": judge},
        ),
        tmp_path,
    )
    for pair in pairs(ended):
        assert (pair.made_by, pair.provenance["judge"]) == ("judge", judge)
        assert pair.score_chosen == max(pair.provenance["scores"])
        assert pair.score_rejected == min(pair.provenance["scores"])
    judged = [
        request["body"]["messages"] for request in server.requests() if "judge" in str(request["body"]["messages"][0])
    ]
    assert len(judged) >= 9
    assert all("Where is my parcel?" in messages[-1]["content"] for messages in judged)


@pytest.mark.parametrize("fault", ["truncated", "repeating", "off_topic", "impolite", "unfaithful", "shouting"])
def test_a_fault_is_put_in_and_its_name_kept(server: FaultServer, tmp_path: Path, fault: str) -> None:
    spoil: dict[str, Any] = {"kind": "spoil", "of": "good", "faults": [fault]}
    if fault == "shouting":
        spoil["prompts"] = {"shouting": "Write this in capitals: {{ reply.text }} After: {{ talk }}"}
    ended = run(made(server, bad=spoil, pair={"kind": "pair", "chosen": "good", "rejected": "bad"}), tmp_path)
    assert len(pairs(ended)) == 3
    for pair in pairs(ended):
        assert (pair.made_by, pair.provenance["rejected"]["fault"]) == ("fault", fault)
        assert pair.chosen[0].text == SOURCE[0]["good"] != pair.rejected[0].text
    asked = 0 if fault in ("truncated", "repeating") else 3
    assert server.stats()["requests"] == asked
    if fault == "shouting":
        assert "After: Ana: Where is my parcel?" in str(server.requests()[0]["body"])


def test_faults_are_drawn_by_their_shares_and_by_seed(tmp_path: Path) -> None:
    spoil = {"kind": "spoil", "of": "good", "faults": {"truncated": 2, "repeating": 1}, "quota": True}
    first = run(made(None, SOURCE, bad=spoil), tmp_path)
    faults = [bad["fault"] for bad in first.fields("bad")]
    assert Counter(faults) == {"truncated": 20, "repeating": 10}
    assert run(made(None, SOURCE, bad=spoil), tmp_path).fields("bad") == first.fields("bad")


def test_faults_without_a_model_do_what_they_say() -> None:
    text = "It will come on Monday. Please wait for it."
    for seed in range(20):
        cut = truncated(text, Random(seed))
        assert cut is not None
        assert text.startswith(cut)
        assert 3 <= len(cut.split()) <= 6
        again = repeating(text, Random(seed))
        assert again is not None
        assert set(again.split(". ")) >= {"It will come on Monday"}
        assert len(again) > 1.5 * len(text)
    assert truncated("No way.", Random(0)) is None
    assert repeating("", Random(0)) is None


def test_a_dialogue_goes_on_from_the_chosen_reply(server: FaultServer, tmp_path: Path) -> None:
    ended = run(
        made(
            server,
            replies={"kind": "reply", "count": 3},
            pairs={"kind": "pair", "among": ["replies"], "score": "reply.text | length", "go_on": True},
            user={"kind": "reply", "add": True, "next": [{"if": "pairs | length < 3", "to": "replies"}, "end"]},
        ),
        tmp_path,
    )
    for dialogue in ended.kept:
        held = list(pairs_of(dialogue))
        assert len(dialogue.turns) == 2 + 3 * 2
        assert [turn.speaker for turn in dialogue.turns] == ["Ana", "Tom"] * 4
        assert len({pair.id for pair in held}) == 3
        for number, pair in enumerate(held):
            assert pair.turns() == dialogue.turns[: 3 + 2 * number]


def test_replies_that_are_no_pair_reject_their_record(tmp_path: Path) -> None:
    rows = [
        {"a": "Yes.", "b": "Yes.", "s": 1},
        {"a": "Yes.", "b": "No.", "s": 0},
        {"a": "Yes.", "b": "No.", "s": 0.2},
        {"a": "Yes.", "b": "No.", "s": 2},
    ]
    pair = {"kind": "pair", "among": ["a", "b"], "score": "s if name == 'a' else 0", "least_margin": 0.5}
    ended = run(made(None, rows, pair=pair), tmp_path)
    assert sorted(ended.reasons) == [
        "pair: all 2 replies score 0",
        "pair: chosen and rejected say the same",
        "pair: the margin is under 0.5: 0.2",
    ]
    (only,) = pairs(ended)
    assert (only.prompt, only.chosen[0].text, only.margin) == ([], "Yes.", 2)


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ({"pair": {"kind": "pair", "chosen": "good"}}, "give either 'chosen' and 'rejected'"),
        ({"pair": {"kind": "pair", "among": ["good"]}}, "nothing says which of 'among' is the best"),
        (
            {"pair": {"kind": "pair", "chosen": "good", "rejected": "bda"}},
            "it reads 'bda', which nothing before it writes",
        ),
        ({"pair": {"kind": "pair", "among": ["good"], "score": "metrics.word"}}, "no metric is called 'word'"),
        ({"pair": {"kind": "pair", "among": ["good"], "score": "replay.text"}}, "reads 'replay'"),
        ({"best": {"kind": "pair", "among": ["good"], "score": "1"}}, "looked for in the field 'pair'"),
        ({"pair": {"kind": "pair", "among": ["good"], "score": "1", "go_on": True}}, "looked for in the field 'pairs'"),
        ({"pair": {"kind": "pair", "among": ["good"], "judge": {"rubrik": "x"}}}, "rubrik"),
        ({"pair": {"kind": "pair", "among": ["good"], "judge": {"rubric": "x.yaml"}}}, "nodes.pair.judge.rubric"),
        ({"pair": {"kind": "pair", "among": ["good"], "judge": {"model": "nobody"}}}, "no model is called 'nobody'"),
        ({"bad": {"kind": "spoil", "of": "good", "faults": ["truncate"]}}, "no fault is called 'truncate'"),
        ({"bad": {"kind": "spoil", "of": "good", "prompts": {"loud": "x"}}}, "the fault 'loud' is never drawn"),
        ({"bad": {"kind": "spoil", "of": "god"}}, "it reads 'god', which nothing before it writes"),
        ({"r": {"kind": "reply", "to": "talk"}}, "it reads 'talk', which nothing before it writes"),
    ],
)
def test_what_cannot_be_is_found_before_a_call(nodes: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check(made(None, **nodes))
    assert told in str(caught.value)


def test_a_field_that_holds_no_reply_fails_its_record(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"a": 7, "b": "No."}, {"a": "", "b": "No."}, {"a": "Yes.", "b": "No.", "dialogue": 3}]
    ended = run(made(None, rows, pair={"kind": "pair", "chosen": "a", "rejected": "b"}), tmp_path)
    assert sorted(reason[:32] for reason in ended.reasons) == [
        "the field 'a' holds no reply: ''",
        "the field 'a' holds no reply: 7 ",
        "the field 'dialogue' holds no di",
    ]
