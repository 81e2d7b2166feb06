"""Noise keeps labels and spans right, whatever is done how often; its rates are those of real lines."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Slot
from dialoom.errors import DataError
from dialoom.intents.line import Line, broken_spans
from dialoom.intents.noise import KINDS, Rates, fit_rates, roughen

_TEXT = st.text(alphabet="abeinrst AEIßİ'.,?!éñ请-", min_size=1, max_size=12)
_NAMES = KINDS.names()


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Texts with spans anywhere, which may touch and overlap, and a slot without a span."""
    words = draw(
        st.lists(st.sampled_from(["please", "what's", "Paris", "my", "account", "İstanbul"]) | _TEXT, min_size=1)
    )
    text = " ".join(words)
    slots = [Slot(name="plain", value="x")]
    for number in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, max(0, len(text) - 1)))
        end = draw(st.integers(start + 1, len(text))) if start < len(text) else start
        slots.append(Slot(name=f"s{number}", value=text[start:end], start=start, end=end))
    return Line(text, "an_intent", tuple(slots))


@given(lines(), st.lists(st.sampled_from(_NAMES), min_size=1, max_size=8), st.integers())
def test_every_span_holds_its_value_after_any_chain(line: Line, chain: list[str], seed: int) -> None:
    random = Random(seed)
    assert not broken_spans(line.text, line.slots)
    for name in chain:
        made = KINDS.load(name).make(line, random)
        assert not broken_spans(made.text, made.slots)
        assert made.intent == line.intent
        assert [slot.name for slot in made.slots] == [slot.name for slot in line.slots]
        # Case apart, no value is altered: the label says what it was.
        assert [s.value.lower() for s in made.slots] == [s.value.lower() for s in line.slots]
        assert (made.text != line.text) == (made.changes != line.changes)
        line = made


@given(lines(), st.dictionaries(st.sampled_from(_NAMES), st.floats(0, 1)), st.integers())
def test_roughened_lines_keep_their_spans(line: Line, kinds: dict[str, float], seed: int) -> None:
    made = roughen(line, Rates(kinds=kinds), Random(seed))
    assert not broken_spans(made.text, made.slots)
    assert made == roughen(line, Rates(kinds=kinds), Random(seed))


@pytest.mark.parametrize("name", _NAMES)
def test_each_kind_does_something(name: str) -> None:
    line = Line("Could you please tell me about my account balance.", "balance")
    made = {KINDS.load(name).make(line, Random(seed)).text for seed in range(20)}
    assert made != {line.text}


@pytest.mark.parametrize(
    "name", ["disfluency", "correction", "interruption", "lower_case", "abbreviation", "code_switch"]
)
def test_a_kind_finds_what_it_makes(name: str) -> None:
    kind = KINDS.load(name)
    line = Line("Please, show what's on my account.", "balance")
    assert not kind.found(line.text)
    made = [kind.make(line, Random(seed)).text for seed in range(200)]
    assert sum(map(kind.found, made)) > len(made) / 10


def test_rates_are_those_of_the_lines() -> None:
    rates = fit_rates(["what is it", "um what is it", "What is it?", "pls tell me"])
    assert rates.kinds["lower_case"] == 0.75
    assert rates.kinds["disfluency"] == 0.25
    assert rates.kinds["abbreviation"] == 0.25
    assert rates.kinds["interruption"] == 0
    with pytest.raises(DataError, match="no"):
        fit_rates(["", " "])


def test_made_lines_show_noise_as_often_as_real_ones() -> None:
    real = ["uh what is my balance"] * 30 + ["what is my balance"] * 50 + ["What is my balance?"] * 20
    rates = fit_rates(real)
    made = [roughen(Line("What is my balance?", "b"), rates, Random(seed)).text for seed in range(1000)]
    again = fit_rates(made)
    assert again.kinds["lower_case"] == pytest.approx(rates.kinds["lower_case"], abs=0.05)
    # Some fillers that are put in, such as `like`, are words as well and are not counted in real lines.
    assert 0.03 < again.kinds["disfluency"] <= rates.kinds["disfluency"] + 0.03
    assert again.kinds["interruption"] == 0


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(ValueError, match="typo"):
        Rates(kinds={"typpo": 0.1})
    with pytest.raises(ValueError, match="share"):
        Rates(kinds={"typo": 1.5})
