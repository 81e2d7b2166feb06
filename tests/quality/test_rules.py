"""Rules: what gets through construction, and what verdicts say."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from dialoom.dialogue import Dialogue
from dialoom.errors import DialoomError
from dialoom.quality import DEFAULT_RULES, METRICS, RuleError, Rules, TagColumn
from tests.quality.talk import talk

SHORT = talk("Hello, how are you?", "Fine, thanks.", "Good.")
LONG = talk("Hello, how are you today?", "Fine, thanks a lot.", "Good to hear that.", "And you, my friend?")


@pytest.mark.parametrize(
    ("rule", "metrics"),
    [
        ("turns >= 4", ("turns",)),
        ("not leaked_markup", ("leaked_markup",)),
        ("words between 30 and 400", ("words",)),
        ("alternates", ("alternates",)),
        ('TURNS >= 4 or "words" > 10', ("turns", "words")),
        ("turns in (2, 4) and distinct_2 > 0.5 -- why", ("turns", "distinct_2")),
        ("case when turns > 3 then alternates else true end", ("turns", "alternates")),
        ("round(balance, 1) >= 0.2", ("balance",)),
        ("words / turns::double > 3", ("words", "turns")),
        ("ln(turns - 1) > 0", ("turns",)),
    ],
)
def test_predicates_over_metrics_are_rules(rule: str, metrics: tuple[str, ...]) -> None:
    assert Rules([rule]).metrics == metrics


@pytest.mark.parametrize(
    "rule",
    [
        "",
        " ",
        "turns >",
        "turns >= 4; drop table x",
        "turns >= 4; select 1",
        "turns) from (select 1) t(turns) where (1 = 1",
        "turns >= 4 from range(3)",
        "turns >= 4 limit 1",
        "turns >= 4 union select true",
        "turns >= 4, alternates",
        "turns >= 4 as x",
        "(select count(*) from read_csv('/etc/passwd')) > turns",
        "exists (from read_text('/etc/hostname')) or alternates",
        "turns in (select 4)",
        "turns > random()",
        "turns > epoch(now())",
        "turns > current_setting('threads')::int",
        "max(turns) > 3",
        "row_number() over () > turns",
        "unnest([turns]) > 3",
        "columns('turns') > 3",
        "*",
        "turns > ?",
        "turns > $1",
        "list_any_value([x for x in [turns]]) > 3",
        "1 = 1",
        "'turns' > 'a'",
        "turns = 'many'",
        "leaked_markup > 0.5",
        "error('x') or alternates",
        "turns >= 4 /*",
    ],
)
def test_nothing_but_one_expression_over_metrics_gets_through(rule: str) -> None:
    with pytest.raises(RuleError) as caught:
        Rules(["alternates", rule])
    assert f"rule '{rule}'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_metric_is_named_with_the_nearest() -> None:
    with pytest.raises(DialoomError, match=r"rule 'turn >= 4': no metric is called 'turn'.*did you mean 'turns'"):
        Rules(["turn >= 4"])


def test_a_rule_that_is_not_true_or_false_is_refused() -> None:
    with pytest.raises(RuleError, match="'turns \\+ 1': it is not true or false but BIGINT"):
        Rules(["turns + 1"])


def test_a_verdict_keeps_or_gives_every_reason() -> None:
    short, long = Rules(["turns >= 4", "alternates", "not alternates or words > 100"]).judge([SHORT, LONG])
    assert not short.kept
    assert short.tags == {"turns": 3, "alternates": True, "words": 7}
    assert short.reasons == [
        "turns >= 4: turns is 3",
        "not alternates or words > 100: alternates is true, words is 7",
    ]
    assert short.fraction == pytest.approx(1 / 3)
    assert long.reasons == ["not alternates or words > 100: alternates is true, words is 17"]
    assert Rules(["turns >= 4"]).judge([LONG])[0].kept


def test_verdicts_come_in_the_order_of_the_dialogues() -> None:
    lengths = [place * 7 % 101 for place in range(5000)]
    verdicts = Rules(["words % 2 = 0"]).judge([talk("yes " * length) for length in lengths])
    assert [verdict.tags["words"] for verdict in verdicts] == lengths
    assert [verdict.kept for verdict in verdicts] == [length % 2 == 0 for length in lengths]


@pytest.mark.parametrize("rule", ["turns = null", "turns / (turns - 3) > 0", "ln(turns - 4) > 0", "turns::tinyint > 0"])
def test_no_answer_is_not_passed(rule: str) -> None:
    dialogue = talk(*["Yes."] * 200) if "tinyint" in rule else SHORT
    verdict = Rules([rule]).judge([dialogue])[0]
    assert not verdict.kept
    assert verdict.reasons == [f"{rule}: turns is {len(dialogue.turns)}"]


def test_a_metric_that_is_not_a_number_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    balance = METRICS.load("balance")
    monkeypatch.setattr("dialoom.quality.metrics.balance.METRIC", replace(balance, measure=lambda _: float("nan")))
    assert not Rules(["balance >= 0"]).judge([SHORT])[0].kept


def test_floats_are_compared_exactly() -> None:
    third = talk("a a a", "b")
    assert Rules([f"distinct_1 = {1 / 2!r}::double"]).judge([third])[0].kept
    assert Rules([f"distinct_1 >= {1 / 3!r}::double"]).judge([talk("a a a")])[0].kept


def test_no_rules_keep_everything_and_no_dialogues_give_no_verdicts() -> None:
    assert Rules([]).judge([SHORT])[0].kept
    assert Rules([]).judge([SHORT])[0].fraction == 1.0
    assert Rules(DEFAULT_RULES).judge([]) == []


def test_only_the_metrics_that_rules_name_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(dialogue: Dialogue) -> int:
        raise AssertionError(f"words of {dialogue.id} were not asked for")

    words = METRICS.load("words")
    monkeypatch.setattr("dialoom.quality.metrics.words.METRIC", replace(words, measure=explode))
    assert Rules(["turns >= 3"]).judge([SHORT])[0].kept
    with pytest.raises(AssertionError):
        Rules(["words >= 3"]).judge([SHORT])


def test_the_default_rules_name_every_planted_fault() -> None:
    faults = talk("Ann: Hello.", "I will", speakers=("Ann",), scenario="Lost suitcase delayed flight hotel airport")
    verdict = Rules(DEFAULT_RULES).judge([faults])[0]
    assert [reason.split(":")[0] for reason in verdict.reasons] == [
        "turns >= 4",
        "alternates",
        "not leaked_markup",
        "ends_properly",
        "on_topic >= 0.1 or topic_words < 4",
    ]
    again = talk(*["I want to go home right now."] * 4)
    assert [reason.split(":")[0] for reason in Rules(DEFAULT_RULES).judge([again])[0].reasons] == [
        "repetition < 0.25",
        "not loop",
    ]


def test_importing_the_room_imports_no_database() -> None:
    code = "import sys, dialoom.quality; assert not {'duckdb', 'pyarrow', 'rapidfuzz'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


JUDGE = [TagColumn("judge.coherence", "float"), TagColumn("judge.overall", "float"), TagColumn("tongue", "text")]


def tagged(**tags: Any) -> Dialogue:
    return LONG.model_copy(update={"tags": tags})


@pytest.mark.parametrize(
    "rule",
    [
        "judge.coherence >= 3.5",
        "turns >= 4 and distinct_2 > 0.5 and judge.coherence >= 3.5",
        "Judge.Coherence + judge.overall > 7",
        "tongue = 'en' and judge.overall is not null",
        "list_contains(topics, 'travel')",
        "not refused",
    ],
)
def test_rules_name_tags_beside_metrics(rule: str) -> None:
    columns = [*JUDGE, TagColumn("topics", "texts"), TagColumn("refused", "bool")]
    good = tagged(judge={"coherence": 4, "overall": 3.25}, tongue="en", topics=["travel"], refused=False)
    bad = tagged(judge={"coherence": 3, "overall": None}, tongue="de", topics=[], refused=True)
    assert [verdict.kept for verdict in Rules([rule], columns).judge([good, bad])] == [True, False]


def test_a_tag_that_is_missing_or_of_another_type_is_not_passed_and_said_to_be_so() -> None:
    rules = Rules(["judge.coherence >= 0", "tongue <> 'x'"], JUDGE)
    for tags in ({}, {"judge": None}, {"judge": {"coherence": "5"}, "tongue": 3}, {"judge": {"coherence": True}}):
        verdict = rules.judge([tagged(**tags)])[0]
        assert verdict.reasons == [
            "judge.coherence >= 0: judge.coherence is not there",
            "tongue <> 'x': tongue is not there",
        ]


def test_tags_of_a_dialogue_are_not_told_twice() -> None:
    verdict = Rules(["turns >= 4", "judge.overall > 1"], JUDGE).judge([tagged(judge={"overall": 2.5})])[0]
    assert (verdict.kept, verdict.tags) == (True, {"turns": 4})


def test_rules_over_the_text_alone_are_told_apart() -> None:
    rules = Rules(["turns >= 4", "judge.overall > 1", "words > 3 or judge.coherence > 1", "alternates"], JUDGE)
    assert rules.over_text == ("turns >= 4", "alternates")


def test_an_unknown_tag_is_named_with_the_nearest() -> None:
    with pytest.raises(RuleError, match=r"no metric or tag is called 'judge\.coherance' \(did you mean 'judge\.cohere"):
        Rules(["judge.coherance > 3"], JUDGE)
    with pytest.raises(RuleError, match=r"it is not true or false but DOUBLE"):
        Rules(["judge.coherence"], JUDGE)
