"""`dialoom tag` and `dialoom gate`: the stage on data from elsewhere, on runs and on corpora."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.quality.metrics import METRICS
from dialoom.quality.metrics._metric import Needs
from tests.cli.conftest import Dialoom

WORDS = ["rain", "sun", "wind", "cloud", "snow", "storm", "cold", "warm", "dry", "wet", "day", "night", "week", "year"]


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    """Sixty conversations in the messages format, of one to six turns and three topics."""
    chance = random.Random(3)
    rows = [
        {
            "id": f"c{number}",
            "messages": [
                {"role": ("user", "assistant")[place % 2], "content": " ".join(chance.choices(WORDS, k=8)) + "."}
                for place in range(1 + number % 6)
            ],
            "topic": "abc"[number % 3],
        }
        for number in range(60)
    ]
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def lines(path: Path) -> list[Dialogue]:
    return list(read_dialogues(path))


def reasons(dialogue: Dialogue) -> list[str]:
    event = dialogue.lineage.events[-1]
    assert (event.node, event.what) == ("gate", "rejected")
    told: list[str] = event.detail["reasons"]
    return told


def test_a_metric_that_lacks_its_extra_is_missed_only_where_it_is_to_be_measured(
    dialoom: Dialoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = replace(METRICS.load("perplexity"), needs=Needs("train", ("no_such_module",)))
    monkeypatch.setattr("dialoom.quality.metrics.perplexity.METRIC", absent)
    rows = [{"id": f"d{n}", "turns": [{"speaker": "A", "text": "Hi."}], "tags": {"perplexity": 7.5}} for n in range(3)]
    (tmp_path / "all.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    done = dialoom("tag", "all.jsonl", "--metrics", "perplexity,turns", "--json")
    assert (done.code, done.json["metrics"]["perplexity"]["mean"], done.json["measured"]) == (0, 7.5, 3)
    (tmp_path / "some.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, rows[0] | {"tags": {}}]))
    done = dialoom("tag", "some.jsonl", "--metrics", "perplexity", "--out", "out.jsonl")
    assert done.code != 0
    assert "dialoom[train]" in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_tag_measures_a_file_and_tells_how_values_are_spread(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    done = dialoom("tag", chats, "--out", "tagged.jsonl", "--json")
    told = done.json
    assert (done.code, told["dialogues"], told["unreadable"]) == (0, 60, [])
    assert told["metrics"]["turns"]["mean"] == 3.5
    assert told["metrics"]["turns"]["quantiles"] == {
        "0.0": 1, "0.05": 1, "0.25": 2, "0.5": 3.5, "0.75": 5, "0.95": 6, "1.0": 6
    }  # fmt: skip
    assert told["metrics"]["leaked_markup"]["values"] == {"false": 60}
    assert [one.tags["turns"] for one in lines(tmp_path / "tagged.jsonl")] == [1 + n % 6 for n in range(60)]
    assert dialoom("tag", "tagged.jsonl", "--json").json["measured"] == 0
    assert dialoom("tag", "tagged.jsonl", "--json", "--again").json["measured"] > 0
    shown = dialoom("tag", chats, "-m", "turns,words")
    assert "turns" in shown.out
    assert "balance" not in shown.out
    assert "60 dialogues" in shown.err


def test_gate_sorts_a_file_and_gives_each_rejection_its_reasons(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    rules = ("--rule", "turns >= 3", "--rule", "words >= 20", "--rule", "turns < 6")
    done = dialoom("gate", chats, *rules, "--kept", "kept.jsonl", "--rejected", "rejected.jsonl", "--json")
    kept, rejected = lines(tmp_path / "kept.jsonl"), lines(tmp_path / "rejected.jsonl")
    assert [len(one.turns) for one in kept] == [3, 4, 5] * 10
    assert sorted(one.id for one in [*kept, *rejected]) == sorted(f"c{n}" for n in range(60))
    assert reasons(rejected[0]) == ["turns >= 3: turns is 1", "words >= 20: words is 8"]
    assert done.json == {
        "dialogues": 60,
        "kept": 30,
        "rejected": 30,
        "rules": [
            {"rule": "turns >= 3", "rejected": 20, "alone": 0},
            {"rule": "words >= 20", "rejected": 20, "alone": 0},
            {"rule": "turns < 6", "rejected": 10, "alone": 10},
        ],
        "choice": {"among": 30, "rejected": {}},
        "thresholds": [],
        "never_gated": 0,
        "unreadable": [],
    }


def test_gate_chooses_among_what_meets_the_rules(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    choice = ("--best-of", "topic", "--keep", "8", "--score", "turns", "--quota", "topic=5", "--diverse", "9")
    out = ("--kept", "kept.jsonl", "--rejected", "rejected.jsonl", "--json")
    done = dialoom("gate", chats, "--rule", "turns >= 2", *choice, "--diverse-by", "rouge_l", *out)
    assert done.json["choice"] == {"among": 50, "rejected": {"best_of": 26, "quota": 9, "diverse": 6}}
    assert len(lines(tmp_path / "kept.jsonl")) == 9
    kinds = [reasons(one)[0].partition(":")[0] for one in lines(tmp_path / "rejected.jsonl")]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "turns >= 2": 10, "best_of": 26, "quota": 9, "diverse": 6
    }  # fmt: skip


@pytest.mark.parametrize("again", [False, True])
def test_what_if_tells_what_other_thresholds_would_keep(dialoom: Dialoom, chats: Path, again: bool) -> None:
    base = ["--rule", "turns >= 3", "--rule", "words >= 20"]
    done = dialoom(
        "gate", chats, *base, "--what-if", "turns >= 2..5", "--what-if", "balance < 0.4..0.5 by 0.1", "--json"
    )
    thresholds = done.json["thresholds"]
    assert [(one["rule"], one["instead_of"], one["now"]) for one in thresholds] == [
        ("turns >= 2", "turns >= 3", False),
        ("turns >= 3", "turns >= 3", True),
        ("turns >= 4", "turns >= 3", False),
        ("turns >= 5", "turns >= 3", False),
        ("balance < 0.4", None, False),
        ("balance < 0.5", None, False),
    ]
    for one in thresholds:
        others = [rule for rule in ("turns >= 3", "words >= 20") if rule != one["instead_of"]]
        asked = [part for rule in [*others, one["rule"]] for part in ("--rule", rule)]
        assert dialoom("gate", chats, *asked, "--json").json["kept"] == one["kept"]


def test_sweep_tells_it_of_every_rule_with_a_threshold(dialoom: Dialoom, chats: Path) -> None:
    rules = ("turns >= 3", "not loop", "distinct_2 > 0.9")
    done = dialoom("gate", chats, *(part for rule in rules for part in ("--rule", rule)), "--sweep", "--json").json
    swept = done["thresholds"]
    assert {one["instead_of"] for one in swept} == {"turns >= 3", "distinct_2 > 0.9"}
    assert [one["kept"] for one in swept if one["now"]] == [done["kept"]] * 2
    for one in swept[::3]:
        asked = [part for rule in rules for part in ("--rule", one["rule"] if rule == one["instead_of"] else rule)]
        assert dialoom("gate", chats, *asked, "--json").json["kept"] == one["kept"]


def test_gate_of_a_run_goes_by_its_recipe_and_takes_its_rejects_in(dialoom: Dialoom, recipe: Path) -> None:
    recipe.write_text(recipe.read_text().replace("turns >= 4", "words >= 49"))
    dialoom("run", recipe, "--out", "run", "-q")
    counts = json.loads(Path("run/run.json").read_bytes())
    assert counts["rejected"] > 0
    done = dialoom("gate", "run", "--sweep", "--json").json
    assert (done["dialogues"], done["kept"]) == (counts["records"], counts["kept"])
    assert [one["kept"] for one in done["thresholds"] if one["now"]] == [counts["kept"]]
    assert max(one["kept"] for one in done["thresholds"]) == counts["records"]
    softer = Path("softer.yaml")
    softer.write_text("rules: [words >= 1]\n")
    assert dialoom("gate", "run", "--rules", softer, "--kept", "all.jsonl", "--json").json["kept"] == counts["records"]
    corpus = dialoom("gate", "run/corpus", "--rule", "turns >= 1", "--json").json
    assert corpus["kept"] == counts["kept"]


def test_judges_tags_of_data_from_elsewhere_can_be_named(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    judged = [one.model_copy(update={"tags": {"judge": {"overall": n % 5}}}) for n, one in enumerate(lines(chats))]
    judged[0].tags.clear()
    (tmp_path / "judged.jsonl").write_text("".join(f"{one.to_json()}\n" for one in judged), "utf-8")
    done = dialoom(
        "gate", "judged.jsonl", "--rule", "judge.overall >= 3", "--rejected", "rejected.jsonl", "--json"
    ).json
    assert done["kept"] == 24
    assert reasons(lines(tmp_path / "rejected.jsonl")[0]) == ["judge.overall >= 3: judge.overall is not there"]
    wrong = dialoom("gate", "judged.jsonl", "--rule", "judge.overal >= 3")
    assert (wrong.code, "did you mean 'judge.overall'" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    "asked",
    [("--rule", "reward > 1"), ("--best-of", "topic", "--score", "reward"), ("--what-if", "reward > 1..2")],
)
def test_a_metric_that_lacks_something_here_is_read_where_it_was_measured_elsewhere(
    dialoom: Dialoom, chats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    monkeypatch.delenv("DIALOOM_REWARD_MODEL", raising=False)
    refused = dialoom("gate", chats, *asked)
    assert (refused.code, "the metric 'reward' cannot be measured here" in refused.err) == (6, True)
    scored = tmp_path / "scored.jsonl"
    rows = [one.model_copy(update={"tags": {"reward": float(place % 3)}}) for place, one in enumerate(lines(chats))]
    scored.write_text("".join(f"{one.to_json()}\n" for one in rows), "utf-8")
    done = dialoom("gate", scored, *asked, "--json")
    assert (done.code, done.json["dialogues"]) == (0, 60), done.err
    if asked[0] == "--rule":
        assert done.json["kept"] == 20


def test_a_dialogue_that_a_metric_has_no_value_for_gets_no_tag_and_no_quota(dialoom: Dialoom, tmp_path: Path) -> None:
    texts = ["你好吗", "我很好", "Hello there, how are you today, my friend?"]
    rows = [{"id": str(n), "turns": [{"speaker": "A", "text": text}]} for n, text in enumerate(texts)]
    (tmp_path / "mixed.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    done = dialoom("gate", "mixed.jsonl", "--rule", "flesch_reading_ease > 0 or turns = 1", "--kept", "kept.jsonl")
    assert done.code == 0, done.err
    assert ["flesch_reading_ease" in one.tags for one in lines(tmp_path / "kept.jsonl")] == [False, False, True]
    assert dialoom("gate", "mixed.jsonl", "--quota", "flesch_reading_ease=1", "--json").json["kept"] == 3


def test_no_metric_is_none_to_measure(dialoom: Dialoom, chats: Path) -> None:
    done = dialoom("tag", chats, "--metrics", ",")
    assert (done.code, "--metrics" in done.err) == (2, True)


def test_rows_that_cannot_be_read_are_told_and_the_rest_goes_on(dialoom: Dialoom, chats: Path) -> None:
    with chats.open("a") as file:
        file.write('{"id": "bad", "messages": 7}\n')
    for command in (("tag", chats), ("gate", chats, "--rule", "turns > 1")):
        done = dialoom(*command, "--json")
        assert (done.code, len(done.json["unreadable"])) == (8, 1)
        assert "chats.jsonl:61" in done.err


def test_a_corpus_is_gated_in_the_order_of_its_positions(dialoom: Dialoom, chats: Path) -> None:
    dialoom("import", chats, "--corpus", "corpus")
    done = dialoom("gate", "corpus", "--quota", "topic=4", "--kept", "kept.jsonl", "--json").json
    assert (done["kept"], done["rules"]) == (12, [])
    assert [one.id for one in lines(Path("kept.jsonl"))] == [f"c{n}" for n in range(12)]
    assert Corpus.open("corpus").count() == 60


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("gate", "none.jsonl"), 3, "none.jsonl: there is no such file, run or corpus"),
        (("gate", "chats.jsonl", "--rule", "turn > 1"), 2, "did you mean 'turns'"),
        (("gate", "chats.jsonl", "--rules", "bad.yaml"), 2, "bad.yaml:3, rules[1]: rule 'turn > 1'"),
        (("gate", "chats.jsonl", "--rules", "none.yaml"), 3, "none.yaml"),
        (("gate", "chats.jsonl", "--quota", "topic"), 2, "--quota wants FIELD=N"),
        (("gate", "chats.jsonl", "--quota", "topic=-1"), 2, "quotas.topic.max: expected at least 1"),
        (("gate", "chats.jsonl", "--quota", "subject=1"), 3, "no dialogue has a value for 'subject'"),
        (("gate", "chats.jsonl", "--best-of", "topic"), 2, "--best-of needs --score"),
        (("gate", "chats.jsonl", "--best-of", "topic", "--score", "turn"), 2, "no metric is called 'turn'"),
        (("gate", "chats.jsonl", "--best-of", "tropic", "--score", "turns"), 3, "no dialogue has a value for 'tropic'"),
        (("gate", "chats.jsonl", "--what-if", "turns > 3"), 2, "no range of thresholds"),
        (("gate", "chats.jsonl", "--what-if", "turn > 3..5"), 2, "no metric is called 'turn'"),
        (("gate", "chats.jsonl", "--format", "mesages"), 2, "did you mean 'messages'"),
        (("gate", "chats.jsonl", "--kept", "chats.jsonl"), 5, "is read and cannot be written"),
        (("gate", "chats.jsonl", "--kept", "bad.yaml"), 5, "bad.yaml is there already"),
        (("gate", "chats.jsonl", "--kept", "x.jsonl", "--rejected", "x.jsonl"), 2, "the same file"),
        (("tag", "chats.jsonl", "--metrics", "turn"), 2, "did you mean 'turns'"),
        (("tag", "chats.jsonl", "--out", "chats.jsonl"), 5, "is read and cannot be written"),
        (("tag", "."), 5, "neither a corpus nor a run"),
    ],
)
def test_bad_input_is_named(
    dialoom: Dialoom, chats: Path, tmp_path: Path, arguments: tuple[Any, ...], code: int, told: str
) -> None:
    (tmp_path / "bad.yaml").write_text("rules:\n  - turns > 1\n  - turn > 1\n")
    done = dialoom(*arguments)
    assert (done.code, told in done.err) == (code, True), done.err
    assert not (tmp_path / "x.jsonl").exists()


def test_tags_of_the_set_are_what_gate_goes_by(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    rows = chats.read_text("utf-8").splitlines()
    copy = json.loads(rows[5]) | {"id": "copy"}
    chats.write_text("\n".join([*rows, json.dumps(copy)]) + "\n", "utf-8")
    (tmp_path / "real.jsonl").write_text(f"{rows[11]}\n", "utf-8")
    done = dialoom("tag", chats, "--near", "--against", "real.jsonl", "-m", "turns", "--out", "tagged.jsonl", "--json")
    assert done.code == 0, done.err
    told = done.json
    assert told["near"] == {"from": 0.4, "within": 1, "against": {"real.jsonl": 1}}
    assert told["metrics"].keys() == {"turns", "near_likeness", "copied", "copied_words"}
    assert told["diversity"]["of"] == 61
    assert 0 < told["diversity"]["self_bleu"] < 1
    tagged = {one.id: one.tags for one in lines(tmp_path / "tagged.jsonl")}
    assert (tagged["copy"]["near_duplicate_of"], tagged["copy"]["near_likeness"]) == ("c5", 1)
    assert (tagged["c11"]["near_from"], tagged["c11"]["copied"]) == ("real.jsonl", 1)
    rules = ("--rule", "near_likeness < 0.8", "--rule", "copied < 0.5")
    assert dialoom("gate", "tagged.jsonl", *rules, "--kept", "kept.jsonl", "--json").json["kept"] == 59
    assert not {"copy", "c11"} & {one.id for one in lines(tmp_path / "kept.jsonl")}
    by_choice = dialoom("gate", chats, "--near", "0.8", "--json").json
    assert (by_choice["kept"], by_choice["choice"]) == (60, {"among": 61, "rejected": {"near": 1}})
    shown = dialoom("tag", chats, "--near", "-m", "turns")
    assert "near-duplicates, from 0.4 on: 1 of each other" in shown.out
    assert "self_bleu" in shown.out
    assert dialoom("tag", chats, "--near", "--likeness", "0").code == 2


def test_versions_of_a_corpus_are_compared(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    dialoom("import", chats, "--corpus", "corpus")
    first = Corpus.open(tmp_path / "corpus").version
    row = json.loads(chats.read_text("utf-8").splitlines()[5]) | {"id": "later"}
    (tmp_path / "later.jsonl").write_text(f"{json.dumps(row)}\n", "utf-8")
    dialoom("import", "later.jsonl", "--corpus", "corpus")
    done = dialoom("tag", "corpus", "--against", f"corpus@{first}", "-m", "turns", "--out", "tagged.jsonl", "--json")
    assert done.json["near"]["against"] == {f"corpus@{first}": 1}, done.err
    near = {one.id: one.tags.get("near_duplicate_of") for one in lines(tmp_path / "tagged.jsonl")}
    assert {id for id, other in near.items() if other} == {"later"}
    assert near["later"] == "c5"
    assert {one.id for one in lines(tmp_path / "tagged.jsonl") if one.tags["copied"]} == {"later"}
    assert dialoom("tag", f"corpus@{first}", "--json").json["dialogues"] == 60
    assert "no version is called 'nine'" in dialoom("tag", "corpus@nine").err


def test_tags_go_into_a_corpus_with_their_dialogues(dialoom: Dialoom, chats: Path, tmp_path: Path) -> None:
    dialoom("tag", chats, "--near", "--out", "tagged.jsonl")
    assert dialoom("import", "tagged.jsonl", "--corpus", "corpus").code == 0
    told = {one.id: one.tags for one in Corpus.open(tmp_path / "corpus").dialogues()}
    assert told == {one.id: one.tags for one in lines(tmp_path / "tagged.jsonl")}
    assert told["c1"]["turns"] == 2
