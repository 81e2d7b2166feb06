"""False alarms on real dialogues: what real people say is what a metric must let through."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from dialoom.dialogue import Dialogue
from dialoom.quality import DEFAULT_RULES, Rules
from tests.quality.real import dailydialog, dialogsum
from tests.quality.talk import measure

ALARMS: dict[str, Callable[[Dialogue], bool]] = {
    "leaked_markup": lambda one: bool(measure("leaked_markup", one)),
    "repetition": lambda one: measure("repetition", one) > 0.34,
    "loop": lambda one: bool(measure("loop", one)),
    "alternates": lambda one: not measure("alternates", one),
    "ends_properly": lambda one: not measure("ends_properly", one),
}
SETS: dict[str, Callable[[], tuple[Dialogue, ...]]] = {"dialogsum": dialogsum, "dailydialog": dailydialog}


@pytest.mark.parametrize("read", SETS.values(), ids=SETS.keys())
@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS.keys())
def test_false_alarms_are_below_two_percent(
    alarm: Callable[[Dialogue], bool], read: Callable[[], tuple[Dialogue, ...]]
) -> None:
    dialogues = read()
    assert sum(map(alarm, dialogues)) / len(dialogues) < 0.02


@pytest.mark.parametrize("read", SETS.values(), ids=SETS.keys())
def test_the_default_rules_keep_real_dialogues_of_four_turns(read: Callable[[], tuple[Dialogue, ...]]) -> None:
    dialogues = [one for one in read() if len(one.turns) >= 4]
    verdicts = Rules(DEFAULT_RULES).judge(dialogues)
    assert sum(verdict.kept for verdict in verdicts) / len(verdicts) > 0.97


def test_the_default_rules_tell_a_dialogue_from_one_about_something_else() -> None:
    """A summary stands in for the scenario: its own dialogue keeps to it, another one does not."""
    dialogues = dialogsum()
    strangers = list(dialogues)
    random.Random(0).shuffle(strangers)
    rules = Rules([DEFAULT_RULES[-1]])
    own = rules.judge([one.model_copy(update={"scenario": one.summary}) for one in dialogues])
    swapped = rules.judge(
        [one.model_copy(update={"scenario": other.summary}) for one, other in zip(dialogues, strangers, strict=True)]
    )
    assert sum(verdict.kept for verdict in own) / len(own) > 0.98
    assert sum(verdict.kept for verdict in swapped) / len(swapped) < 0.4
