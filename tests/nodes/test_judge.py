"""`judge`: routing, survivors, several judges and samples, token probabilities, re-asks, and the gate over its tags."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.graph.estimate import estimate
from dialoom.graph.parse_recipe import load_recipe
from tests.models.scripted import Body, Scripted
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer

WORDS = ["Hello", "Hi", "Bye", "Ciao"]
TALK = {"turns": [{"speaker": who, "text": f"{text}."} for who, text in zip("ABAB", WORDS, strict=True)]}
SHORT = {"turns": TALK["turns"][:2]}


def scores(body: Body, score: Any = 4, said: str = "because") -> str:
    """An answer that fits the request's schema, with this score for each criterion."""
    form = body["response_format"]["json_schema"]["schema"]
    return json.dumps({name: {"explanation": said, "score": score} for name in form["properties"]})


def rubric_asked(body: Body) -> str:
    return str(body["messages"][0]["content"])


def records(*categories: str | None, talk: Any = TALK) -> list[dict[str, Any]]:
    return [{"dialogue": talk, "summary": "s", **({"category": name} if name else {})} for name in categories]


def test_scores_explanations_and_how_they_were_come_by_are_tags(tmp_path: Path) -> None:
    with Scripted(scores) as server:
        made = recipe(server.url, records(None)).add("judge", "judge", rubric="dialogue")
        outcome = run(made, tmp_path)
    tags = outcome.only.tags
    criteria = ["coherence", "naturalness", "relevance", "completeness"]
    assert tags["judge"] == {"rubric": "dialogue", **dict.fromkeys(criteria, 4.0), "overall": 4.0}
    (judge,) = tags["judged"]["judge"]["judges"]
    assert (judge["model"], judge["method"]) == ("writer", "said")
    assert judge["explanations"]["coherence"] == "because"
    assert "judge" not in outcome.only.fields
    system, *shown, case = server.bodies[0]["messages"]
    assert "coherence:" in system["content"]
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2
    assert case["content"].endswith("## Dialogue\nA: Hello.\nB: Hi.\nA: Bye.\nB: Ciao.")


# SyGra's categories with the criteria that it scores each by: under the same names, but for one that was misspelt.
SYGRA = {
    "Math Solving": "instruction_following completeness readability correctness logical_correctness",
    "Reasoning": "instruction_following correctness interpretation_accuracy logical_soundness reasoning_completeness "
    "depth_of_reasoning causal_reasoning",
    "Code Writing": "instruction_following correctness completeness readability error_handling dependency_management "
    "syntax_validity logical_correctness efficiency",
    "Complex Instruction Following": "adherence_to_constraints clarity_and_coherence contextual_accuracy_and_relevance "
    "tone_style_role_consistency helpfulness_honesty_safety decision_support_and_storytelling",
    "Open-Domain Question Answering": "instruction_following relevance accuracy completeness "
    "linguistic_clarity_and_grammar",
    "Closed-Domain Question Answering": "instruction_following contextual_alignment accuracy completeness "
    "linguistic_clarity_and_grammar",
    "Others": "instruction_following accuracy relevance clarity completeness conciseness",
}


def test_each_category_is_judged_by_its_own_rubric(tmp_path: Path) -> None:
    names = [*SYGRA, "customer service", "summary"]
    with Scripted(scores) as server:
        outcome = run(recipe(server.url, records(*names)).add("judge", "judge", rubric="auto"), tmp_path)
        generic = next(
            rubric_asked(body) for body in server.bodies if "an assistant's answer to what it was asked" in str(body)
        )
        assert sum(rubric_asked(body) == generic for body in server.bodies) == 1
    used = {one.fields["category"]: one.tags["judge"] for one in outcome.kept}
    assert [used[name]["rubric"] for name in names] == [
        "maths", "reasoning", "coding", "complex_instruction_following", "open_qa", "closed_qa", "generic", "dialogue",
        "summary_faithfulness",
    ]  # fmt: skip
    for category, criteria in SYGRA.items():
        assert set(criteria.split()) == used[category].keys() - {"rubric", "overall"}, category


def test_a_category_that_no_rubric_fits_and_none_at_all_take_the_generic_one_and_say_so(tmp_path: Path) -> None:
    with Scripted(scores) as server:
        outcome = run(recipe(server.url, records("knitting", None)).add("judge", "judge", rubric="auto"), tmp_path)
    assert [one.tags["judge"]["rubric"] for one in outcome.kept] == ["generic", "generic"]
    assert [[event.what for event in one.lineage.events] for one in outcome.kept] == [
        ["no rubric fits the category, so the generic one"],
        ["no category, so the generic rubric"],
    ]


def test_the_category_may_be_an_expression_or_that_of_a_taxonomy(tmp_path: Path) -> None:
    rows = [{"dialogue": TALK, "kind": "sql", "taxonomy": {"category": "maths"}}]
    with Scripted(scores) as server:
        made = recipe(server.url, rows).add("judge", "judge", rubric="auto")
        made.add("other", "judge", rubric="auto", category="kind | upper")
        tags = run(made, tmp_path).only.tags
    assert (tags["judge"]["rubric"], tags["other"]["rubric"]) == ("maths", "coding")
    assert tags["judged"].keys() == {"judge", "other"}


def test_only_survivors_of_stage_one_are_judged(tmp_path: Path) -> None:
    rows = [{"dialogue": TALK}, {"dialogue": SHORT}]
    quality = {"rules": ["turns >= 4", "judge.coherence >= 3.5"], "judge": {"rubric": "dialogue"}}
    with Scripted(scores) as server:
        outcome = run(recipe(server.url, rows, quality=quality, nodes={"pass": _pass()}), tmp_path)
        assert len(server.bodies) == 1
    assert len(outcome.kept) == 1
    assert outcome.reasons == ["turns >= 4: turns is 2", "judge.coherence >= 3.5: judge.coherence is not there"]
    with Scripted(scores) as server:
        quality["judge"] = {"rubric": "dialogue", "only_survivors": False}
        run(recipe(server.url, rows, quality=quality, nodes={"pass": _pass()}), tmp_path)
        assert len(server.bodies) == 2


def _pass() -> dict[str, Any]:
    return {"kind": "sample", "fields": {"mood": ["calm"]}}


def test_the_gate_keeps_by_the_judges_scores(tmp_path: Path) -> None:
    def answer(body: Body) -> str:
        return scores(body, 5 if "Hello" in body["messages"][-1]["content"] else 2)

    other = {"turns": [{**turn, "text": "Hm."} for turn in TALK["turns"]]}
    rules = ["judge.overall >= 3 and judge.rubric = 'dialogue'", "turns >= 4"]
    with Scripted(answer) as server:
        made = recipe(server.url, [*records(None), *records(None, talk=other)], quality={"rules": rules, "judge": {}})
        made.add("mood", "sample", fields={"mood": ["calm"]})
        outcome = run(made, tmp_path)
    assert [one.tags["judge"]["overall"] for one in outcome.kept] == [5.0]
    assert outcome.reasons == [f"{rules[0]}: judge.overall is 2, judge.rubric is dialogue"]
    assert outcome.kept[0].tags["turns"] == 4


def test_the_judge_of_the_recipe_closes_the_graph_whatever_leads_to_its_end(tmp_path: Path) -> None:
    with Scripted(scores) as server:
        made = recipe(server.url, records(None, "x"), quality={"judge": {"rubric": "dialogue"}})
        made.add("mood", "sample", fields={"mood": ["calm"]}, next=[{"if": "category is defined", "to": "end"}, "last"])
        made.add("last", "sample", fields={"age": [3]})
        assert list(made.nodes) == ["mood", "last", "judge"]
        outcome = run(made, tmp_path)
    assert [one.lineage.path for one in outcome.kept] == [["mood", "last", "judge"], ["mood", "judge"]]
    assert all(one.tags["judge"]["overall"] == 4.0 for one in outcome.kept)


def choice(body: Body, shares: dict[str, float]) -> dict[str, Any]:
    """An answer whose scores are tokens with these probabilities, cut as models cut."""
    text = scores(body, 4)
    told = []
    for part in re.findall(r"\d|\D+", text):
        likely = shares if part == "4" else {part: 1.0}
        told.append(
            {
                "token": part,
                "logprob": 0.0,
                "bytes": list(part.encode()),
                "top_logprobs": [{"token": each, "logprob": math.log(share)} for each, share in likely.items()],
            }
        )
    return {"message": {"content": text}, "logprobs": {"content": told}}


def test_a_score_is_its_expectation_where_the_endpoint_tells_probabilities(tmp_path: Path) -> None:
    with Scripted(lambda body: choice(body, {"4": 0.6, "5": 0.2, "2": 0.2})) as server:
        made = recipe(server.url, records(None)).add("judge", "judge", samples=5)
        tags = run(made, tmp_path).only.tags
        assert len(server.bodies) == 1, "probabilities make further samples needless"
        assert server.bodies[0]["logprobs"] is True
    assert tags["judge"]["coherence"] == pytest.approx(0.6 * 4 + 0.2 * 5 + 0.2 * 2)
    (judge,) = tags["judged"]["judge"]["judges"]
    assert judge["method"] == "probabilities"
    assert judge["said"]["coherence"] == 4
    assert judge["shares"]["coherence"] == {"2": 0.2, "4": 0.6, "5": 0.2}


def test_it_is_the_mean_of_the_samples_where_the_endpoint_does_not(tmp_path: Path) -> None:
    said = iter([1, 2, 3, 4, 5])
    with Scripted(lambda body: scores(body, next(said))) as server:
        made = recipe(server.url, records(None)).add("judge", "judge", samples=5, temperature=1.0)
        tags = run(made, tmp_path).only.tags
        assert len({body["seed"] for body in server.bodies}) == 5
    assert tags["judge"]["coherence"] == 3.0
    (judge,) = tags["judged"]["judge"]["judges"]
    assert (judge["method"], sorted(judge["samples"]["coherence"])) == ("samples", [1, 2, 3, 4, 5])


def test_an_endpoint_that_takes_no_logprobs_is_asked_without(tmp_path: Path) -> None:
    def answer(body: Body) -> str | tuple[int, str]:
        return (400, "unsupported parameter: logprobs, top_logprobs") if "logprobs" in body else scores(body)

    with Scripted(answer) as server:
        outcome = run(recipe(server.url, records(None)).add("judge", "judge"), tmp_path)
    assert outcome.only.tags["judge"]["overall"] == 4.0


def test_several_judges_agree_or_not(tmp_path: Path) -> None:
    with Scripted(lambda body: scores(body, 5)) as one, Scripted(lambda body: scores(body, 2)) as other:
        made = dialoom.Recipe("test", models={"a": one.url, "b": other.url}, source=records(None))
        made.add("judge", "judge", model=["a", "b"])
        tags = run(made, tmp_path).only.tags
    assert (tags["judge"]["overall"], tags["judge"]["agreement"]) == (3.5, 0.25)
    assert [judge["model"] for judge in tags["judged"]["judge"]["judges"]] == ["a", "b"]
    assert tags["judged"]["judge"]["spread"]["coherence"] == 3.0


def test_one_judge_that_cannot_be_used_leaves_the_others(tmp_path: Path) -> None:
    with Scripted(scores) as one, Scripted(lambda body: "no JSON") as other:
        made = dialoom.Recipe("test", models={"a": one.url, "b": other.url}, source=records(None))
        made.add("judge", "judge", model=["a", "b"], tries=2)
        outcome = run(made, tmp_path)
        assert len(other.bodies) == 2
    assert outcome.only.tags["judge"]["overall"] == 4.0
    assert [detail["judge"] for detail in outcome.events("a judge could not be used")] == ["b"]


def wrong_first(times: int) -> Callable[[Body], str]:
    left = [times]

    def answer(body: Body) -> str:
        left[0] -= 1
        return scores(body, 9) if left[0] >= 0 else scores(body)

    return answer


def test_an_answer_off_the_scale_is_asked_for_again_and_no_more_than_that(tmp_path: Path) -> None:
    with Scripted(wrong_first(2)) as server:
        outcome = run(recipe(server.url, records(None)).add("judge", "judge", tries=3), tmp_path)
        assert "9 is not one of [1, 2, 3, 4, 5]" in server.prompts[-1]
    assert outcome.only.tags["judge"]["overall"] == 4.0
    with Scripted(wrong_first(3)) as server:
        outcome = run(recipe(server.url, records(None)).add("judge", "judge", tries=3), tmp_path)
        assert len(server.bodies) == 3
    assert (outcome.kept, outcome.report.counts.failed) == ([], 1)
    assert "no answer fitted the schema in 3 tries" in outcome.reasons[0]
    with Scripted(wrong_first(3)) as server:
        made = recipe(server.url, records(None)).add("judge", "judge", tries=3, otherwise="unjudged")
        tags = run(made, tmp_path).only.tags
    assert "no answer fitted" in tags["judge"]["unjudged"]
    assert tags["judge"]["coherence"] is None


def test_what_a_rubric_reads_must_be_there(tmp_path: Path) -> None:
    made = recipe("http://127.0.0.1:9/v1", [{"dialogue": TALK}]).add("judge", "judge", rubric="persona_consistency")
    with pytest.raises(RecipeError, match=r"nodes\.judge\.rubric: it reads 'personas', which nothing before it writes"):
        check(made)
    with Scripted(scores) as server:
        rows = [{"dialogue": TALK, "category": "summary"}]
        outcome = run(recipe(server.url, rows).add("judge", "judge", rubric="auto"), tmp_path)
        assert server.bodies == []
        assert outcome.reasons == [
            "the rubric 'summary_faithfulness' reads summary, and the record has none (write the field, or give "
            "'read: {summary: TEMPLATE}')"
        ]
        made = recipe(server.url, rows).add("judge", "judge", rubric="auto", read={"summary": "On {{ category }}."})
        assert run(made, tmp_path).only.tags["judge"]["rubric"] == "summary_faithfulness"
        assert server.prompts[0].endswith("## Summary\nOn summary.")


def test_texts_that_are_no_dialogue_are_judged_too(tmp_path: Path) -> None:
    rows = [{"instruction": "Add 2 and 3.", "output": "5", "category": "math"}]
    read = {"question": "{{ instruction }}", "answer": "{{ output }}"}
    with Scripted(scores) as server:
        made = recipe(server.url, rows).add("judge", "judge", rubric="auto", read=read)
        made.add("question", "judge", rubric="question", read={"question": "{{ instruction }}"})
        tags = run(made, tmp_path).only.tags
        assert server.prompts[0] == "## Question\nAdd 2 and 3.\n\n## Answer\n5"
    assert tags["judge"]["rubric"] == "maths"
    assert tags["question"].keys() == {"rubric", "clarity", "wellformedness", "answerability", "depth", "overall"}


FILE = """recipe: test
models: {writer: http://127.0.0.1:9/v1}
source: [{topic: a}]
nodes:
  dialogue: {kind: converse, speakers: [A, B]}
quality:
  rules: [judge.warmth > 1]
  judge:
    model: writer
    rubric: mine.yaml
"""
MINE = """about: How warm it is.
reads: [dialogue]
criteria:
  - {id: warmth, text: Warm?, scale: 1..2, anchors: {1: cold, 2: warm}}
"""


def test_a_rubric_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "r.yaml").write_text(FILE)
    hashed = load_recipe(tmp_path / "r.yaml").content_hash()
    with Scripted(lambda body: scores(body, 2) if "response_format" in body else "A: Hello.\nB: Hi.") as server:
        outcome = run(load_recipe(tmp_path / "r.yaml", {"models.writer": server.url}), tmp_path)
    assert outcome.only.tags["judge"] == {"rubric": "mine", "warmth": 2.0, "overall": 2.0}
    (tmp_path / "mine.yaml").write_text(MINE.replace("cold", "icy"))
    assert load_recipe(tmp_path / "r.yaml").content_hash() != hashed


OWN = "rubric: mine.yaml"
ALL_OF_IT = f"  judge:\n    model: writer\n    {OWN}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("judge.warmth", "judge.warmht", r":7, quality\.rules\[0\]: .*'judge\.warmht' \(did you mean 'judge\.warmth'"),
        (OWN, "rubric: none.yaml", r":10, quality\.judge\.rubric: .*none\.yaml: there is no such"),
        (OWN, "rubric: dialoge", r":10, quality\.judge\.rubric: no rubric is called 'dialoge'"),
        (OWN, "rubrik: mine.yaml", r":10, quality\.judge\.rubrik: unknown field 'rubrik'"),
        (OWN, f"{OWN}\n    read: {{summary: x}}", r":11, quality\.judge\.read\.summary: the rubric reads no"),
        (OWN, f"{OWN}\n    among: [coding]", r":11, quality\.judge\.among: 'among' goes with rubric: auto"),
        ("model: writer", "model: wirter", r":9, quality\.judge\.model: no model is called 'wirter'"),
        ("model: writer", "model: [writer, writer]", r":9, quality\.judge\.model: name each judge once"),
        ("  dialogue:", "  judge:", r":8, quality\.judge: there is a node called 'judge'"),
        (ALL_OF_IT, "  judge: 3", r":8, quality\.judge: expected a mapping"),
    ],
)
def test_what_is_wrong_is_told_at_its_place_before_any_call(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "r.yaml").write_text(FILE.replace(old, new))
    with pytest.raises(RecipeError, match=said):
        check(load_recipe(tmp_path / "r.yaml"))


def test_a_wrong_rubric_is_told_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE.replace("2: warm", "3: warm"))
    (tmp_path / "r.yaml").write_text(FILE)
    with pytest.raises(
        RecipeError, match=r"quality\.judge\.rubric: the rubric is wrong: .*mine\.yaml:4, criteria\[0\]"
    ) as told:
        check(load_recipe(tmp_path / "r.yaml"))
    assert len(told.value.problems) == 1, "rules over its scores are not held against it too"


def test_the_plan_counts_its_calls(tmp_path: Path) -> None:
    made = recipe("http://127.0.0.1:9/v1", records(None, None), quality={"judge": {"samples": 3, "tries": 2}})
    made.add("mood", "sample", fields={"mood": ["calm"]})
    planned = estimate(made, check(made))
    assert [(node.node, node.least_calls, node.most_calls) for node in planned.nodes] == [
        ("mood", 0, 0),
        ("judge", 0, 12),
    ]
    assert planned.prompt_tokens > 1000


def test_a_second_run_asks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    rows = [{"dialogue": TALK, "category": name, "summary": "s"} for name in ("sql", "maths", "summary", "chat") * 3]
    with FaultServer() as server:
        made = recipe(server.url, rows, quality={"judge": {"rubric": "auto"}, "rules": ["judge.overall > 1"]})
        made.add("mood", "sample", fields={"mood": ["calm"]})
        dialoom.run(made, tmp_path / "run")
        before = [one.to_json() for one in dialoom.Corpus.open(tmp_path / "run" / "corpus").dialogues()]
        asked = len(server.requests())
        made.quality.rules = ["judge.overall > 2"]
        dialoom.run(made, tmp_path / "run")
        assert len(server.requests()) == asked
    after = [one.tags for one in dialoom.Corpus.open(tmp_path / "run" / "corpus").dialogues()]
    assert before
    assert after == [tags for line in before if (tags := json.loads(line)["tags"])["judge"]["overall"] > 2]
    assert all(tags["judged"]["judge"]["judges"][0]["method"] == "probabilities" for tags in after)
