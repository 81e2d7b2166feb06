"""`plan`: ten characteristics, drawn or reasoned."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from dialoom.dialogue import CHARACTERISTICS, Plan
from dialoom.nodes._characteristics import USUAL, Given
from tests.models.scripted import Scripted
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer

PEOPLE = [{"name": "Ann", "age": 40, "gender": "female"}, {"name": "Ben", "age": 31, "gender": "male"}]
SEEDS = [{"topic": "luggage", "n": n, "personas": PEOPLE} for n in range(300)]


def plans(folder: Path, source: Any = SEEDS, model: Any = None, **fields: Any) -> list[Plan]:
    outcome = run(recipe(model, source).add("plan", "plan", **fields), folder)
    assert not outcome.reasons, outcome.reasons
    return [each.plan for each in outcome.kept if each.plan is not None]


def values(distribution: Any) -> set[str]:
    return set(distribution)


def test_ten_characteristics(tmp_path: Path) -> None:
    made = plans(tmp_path)
    assert len(made) == 300
    for plan in made:
        assert all(isinstance(getattr(plan, name), str) for name in CHARACTERISTICS)
        assert plan.topic == "luggage"
        assert plan.age_and_gender == "a woman of 40 and a man of 31"
        assert plan.thoughts is None
    assert {plan.emotion for plan in made} == values(USUAL["emotion"])
    assert len({plan.model_dump_json() for plan in made}) > 250
    assert plans(tmp_path) == made


def test_one_sways_another(tmp_path: Path) -> None:
    made = plans(tmp_path)
    formality, place = USUAL["formality"], USUAL["location"]
    assert isinstance(formality, Given)
    assert isinstance(place, Given)
    for plan in made:
        assert plan.formality in formality.when[str(plan.familiarity)]
        assert plan.location in place.when[str(plan.medium)]
    friends = Counter(plan.formality for plan in made if plan.familiarity == "friends")
    assert friends["casual"] > friends["polite"]
    assert not friends["formal"]


def test_draw_takes_the_place_of_the_usual(tmp_path: Path) -> None:
    swayed = {"given": "natural_features", "when": {"slang": {"cross": 1}}, "otherwise": "calm"}
    made = plans(
        tmp_path, draw={"emotion": swayed, "medium": "letter", "topic": ["x", "y"], "natural_features": ["slang", "um"]}
    )
    assert {plan.medium for plan in made} == {"letter"}
    assert {plan.topic for plan in made} == {"x", "y"}
    # Drawn after what it depends on, although it stands before it.
    assert {(plan.natural_features, plan.emotion) for plan in made} == {("slang", "cross"), ("um", "calm")}
    # A medium that the usual places do not know has those of any other.
    assert {plan.location for plan in made} == set(USUAL["location"].otherwise)


def test_nothing_said_is_left_open(tmp_path: Path) -> None:
    made = plans(
        tmp_path,
        [{"n": 1}],
        draw={
            "emotion": {"given": "medium", "when": {"video call": ["x"]}},
            "medium": {"text chat": 1, "video call": 0},
        },
    )
    assert made[0].emotion is None
    assert made[0].topic is None
    assert made[0].age_and_gender is None


def test_a_quota_keeps_the_shares(tmp_path: Path) -> None:
    counts = Counter(plan.duration for plan in plans(tmp_path, quota=True)[:200])
    weights = USUAL["duration"]
    for value, weight in weights.items():
        assert abs(counts[value] - 200 * weight / sum(weights.values())) <= 2.5


def test_all_is_reasoned(tmp_path: Path) -> None:
    with FaultServer() as server:
        (plan,) = plans(tmp_path, SEEDS[:1], server.url, reason="all")
        (sent,) = server.requests()
    schema = sent["body"]["response_format"]["json_schema"]["schema"]
    assert list(schema["properties"]) == ["thoughts", *(name for name in CHARACTERISTICS if name != "topic")]
    assert all(getattr(plan, name) for name in (*CHARACTERISTICS, "thoughts"))
    assert plan.topic == "luggage"


def test_some_are_reasoned_in_sight_of_the_drawn(tmp_path: Path) -> None:
    answer = {"thoughts": "They are late.", "emotion": "rushed"}
    shown = [
        {"topic": "t", "plan": {"thoughts": "It is a call.", "emotion": "calm", "medium": "phone call"}},
        {"topic": "no thoughts", "plan": {"emotion": "calm"}},
    ]
    with Scripted(lambda body: json.dumps(answer)) as server:
        (plan,) = plans(
            tmp_path,
            SEEDS[:1],
            server.url,
            reason=["emotion", "emotion"],
            draw={"medium": "phone call"},
            examples={"rows": shown, "take": 1},
        )
        messages = server.bodies[0]["messages"]
        assert server.bodies[0]["response_format"]["json_schema"]["schema"]["required"] == ["thoughts", "emotion"]
    assert (plan.emotion, plan.thoughts, plan.medium) == ("rushed", "They are late.", "phone call")
    assert json.loads(messages[2]["content"]) == {"thoughts": "It is a call.", "emotion": "calm"}
    assert "medium: phone call" in messages[-1]["content"]
    assert "emotion" in messages[-1]["content"].splitlines()[-1]
