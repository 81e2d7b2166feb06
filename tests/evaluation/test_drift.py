"""Drift: planted differences raise the alarm that they should, real data beside itself raises none."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Turn
from dialoom.errors import DataError
from dialoom.evaluation.drift import Drift, Unit, detect_drift, unit_of
from dialoom.evaluation.drift.detect import holm
from dialoom.evaluation.drift.signals.words import log_odds
from dialoom.intents.embedders import load_embedder
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.intents.data import lines
from tests.quality.real import dailydialog

pytest.importorskip("wordllama")
pytest.importorskip("scipy")
EMBED = load_embedder()


def unit(text: str, intent: str = "", speaker: str = "user", acts: tuple[str, ...] = ()) -> Unit:
    made = unit_of(Dialogue(id="d", turns=[Turn(speaker=speaker, text=text, intent=intent or None, acts=list(acts))]))
    assert made is not None
    return made


def units(number: int, seed: int, tail: str = "") -> list[Unit]:
    found = [unit(text + tail, intent) for intent in ("balance", "weather") for text in lines(intent, number, seed)]
    Random(seed).shuffle(found)
    return found


def drift(real: list[Unit], made: list[Unit], **more: object) -> Drift:
    return detect_drift(real, made, EMBED, splits=180, **more)  # type: ignore[arg-type]


def test_real_data_beside_itself_raises_no_alarm() -> None:
    every = units(120, 0)
    for seed in range(4):
        Random(seed).shuffle(every)
        assert drift(every[:160], every[160:], seed=seed).alarmed == []


def test_planted_words_and_length() -> None:
    found = drift(units(60, 0), units(40, 1, tail=" kindly advise me at your earliest convenience"))
    assert {"words", "length", "improbable_words", "two_sample", "variants", "embedding"} <= set(found.alarmed)
    told = {each.signal: " ".join(each.details) for each in found.alarms}
    assert "convenience" in told["words"]
    assert "convenience" in told["improbable_words"]
    for each in found.alarms:
        assert 0 < each.p <= 1
        assert each.alarm == (each.p <= 0.05)


def test_labels_that_mean_something_else() -> None:
    other = {"balance": "weather", "weather": "balance"}
    swapped = [unit(each.text, other[each.intent]) for each in units(40, 1)]
    found = drift(units(60, 0), swapped, signals=["label_consistency", "length"])
    assert found.alarmed == ["label_consistency"]
    assert "looks like" in found.alarms[0].details[0]


def test_the_mix_of_intents_raises_no_alarm() -> None:
    real = units(120, 0)
    made = [each for each in real if each.intent == "weather"][:40]
    rest = [each for each in real if each not in made]
    assert drift(rest, made).alarmed == []


def test_acts_and_turn_taking() -> None:
    def talk(turns: int, act: str) -> Unit:
        found = unit_of(
            Dialogue(
                id="d", turns=[Turn(speaker="ab"[n % 2], text="i see that well", acts=[act]) for n in range(turns)]
            )
        )
        assert found is not None
        return found

    random = Random(0)
    real = [talk(random.randint(4, 8), random.choice(["inform", "request"])) for _ in range(80)]
    made = [talk(random.randint(12, 16), random.choice(["inform", "offer"])) for _ in range(40)]
    found = drift(real, made, signals=["acts", "turn_taking"])
    assert set(found.alarmed) == {"acts", "turn_taking"}
    assert any("offer" in detail for detail in found.alarms[0].details)


def test_too_little_real_data_is_told() -> None:
    with pytest.raises(DataError, match="cannot be split"):
        drift([unit("a", "x"), unit("b", "y")], units(5, 0))
    few = drift(units(4, 0), units(5, 1))
    assert any("no more than coarse drift" in note for note in few.notes)


def test_log_odds_equals_the_formula_and_is_antisymmetric() -> None:
    one, other = np.array([10.0, 5.0, 0.0]), np.array([2.0, 5.0, 8.0])
    prior = np.array([1.0, 2.0, 3.0])
    found = log_odds(one, other, prior)
    assert found == pytest.approx(-log_odds(other, one, prior))
    # Monroe et al. 2008, equations 16, 20 and 22, for the first word.
    ratio = np.log((2 + 1) / (15 + 6 - 2 - 1)) - np.log((10 + 1) / (15 + 6 - 10 - 1))
    assert found[0] == pytest.approx(ratio / np.sqrt(1 / (2 + 1) + 1 / (10 + 1)))
    assert found[1] == pytest.approx(0.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_never_lowers(values: list[float]) -> None:
    found = holm(values)
    assert all(value <= adjusted <= 1 for value, adjusted in zip(values, found, strict=True))
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert min(found) == pytest.approx(min(1.0, len(values) * min(values)))


def write(path: Path, found: list[Unit]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "intent"), *((each.text, each.intent) for each in found)])


def test_the_command(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    every = units(80, 0)
    write(tmp_path / "real.csv", every[:100])
    write(tmp_path / "same.csv", every[100:])
    write(tmp_path / "odd.csv", units(30, 1, tail=" kindly advise me at once"))
    shown = dialoom("evaluate", "drift", "real.csv", "same.csv", "odd.csv", "--signals", "words,length")
    assert shown.code == 0, shown.err
    assert "alarms: none" in shown.out
    assert "ALARM" in shown.out
    assert "more often in made data: " in shown.out
    told = dialoom("evaluate", "drift", "real.csv", "odd.csv", "--signals", "length", "--json", "--strict")
    assert told.code == 1
    assert [(each["batch"], each["alarmed"]) for each in told.json] == [("odd.csv", ["length"])]
    assert dialoom("evaluate", "drift", "real.csv", "odd.csv", "--signals", "lenght").code == 2
    assert dialoom("evaluate", "drift", "real.csv", "odd.csv", "--splits", "20", "--alpha", "0.001").code == 2


def test_halves_of_real_dialogues_are_alike_and_shortened_ones_are_not() -> None:
    found = [one for each in dailydialog()[:500] if (one := unit_of(each)) is not None]
    Random(0).shuffle(found)
    signals = ["length", "turn_taking", "words", "improbable_words"]
    assert drift(found[:350], found[350:], signals=signals).alarmed == []
    cut = [each for one in dailydialog()[500:700] if (each := unit_of(one.model_copy(update={"turns": one.turns[:3]})))]
    assert "turn_taking" in drift(found[:350], cut, signals=signals).alarmed
