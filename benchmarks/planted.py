"""Faults planted into 1,000 real dialogues: what stage one finds, and what it takes for a fault that is none.

    python -m benchmarks.planted [--seed N] [--leaks FILE]

DialogSum and DailyDialog, dialogues of four turns or more of two speakers, without those that share 13 words in a row
with another: real sets hold copies. Where detectors have a threshold it is set on one part, at the least value with no
more than 0.5% of false alarms there; all figures are of another part. There each fault is planted into 100 dialogues;
false alarms are counted on untouched ones. Personal data comes from the set of presidio-research: telephone numbers
that stand in untouched dialogues count as false alarms though they are none. Of a copy and its source the one with the
greater id is told, so that a copy counts as caught where either is told of the other. Kinds that text alone cannot see
are planted too, and told as such. The forms of leaks are those that the detectors were mended with; FILE has others,
one a line, each of which is then also looked for as a turn of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, nextafter
from pathlib import Path

import orjson
from benchmarks import _planting as plant
from benchmarks._figures import Figure, parser, run, tell
from tests.quality.real import dailydialog, data_folder, dialogsum

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics import METRICS, Value
from dialoom.quality.sets import near_duplicates
from dialoom.quality.tagging import Tagger

_EACH = 100
_FIT = 1_500
_ALARMS = 0.005
_RUN = 13
_NEAR = 0.3
_DATA = "personal data, secrets"
Tags = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault.

    Args:
        seen: whether text alone shows it, so that the targets hold for it.
        strength: how strongly the tags say so; it is caught from its threshold on.
        graded: whether the threshold has to be found; else it is a yes or no.
    """

    name: str
    plant: plant.Plant
    seen: bool
    strength: Callable[[Tags], float]
    graded: bool = False


def _strength(*names: str) -> Callable[[Tags], float]:
    return lambda tags: max(float(tags[name]) for name in names)


_REPEATS = _strength("repetition", "turn_repetition")
_LEAKED = _strength("leaked_markup", "leaked_prompt")
FAULTS = (
    Fault("loop", plant.loops, True, lambda tags: 1.0 if tags["loop"] else _REPEATS(tags), graded=True),
    Fault("speakers swapped somewhere", plant.swapped_here, True, lambda tags: float(not tags["alternates"])),
    Fault("end cut inside a sentence", plant.truncated, True, lambda tags: float(not tags["ends_properly"])),
    Fault("leaked prompt or markup", plant.leaked, True, _LEAKED),
    Fault(_DATA, plant.personal, True, _strength("personal_data", "secrets")),
    Fault("near-copy", plant.near_copy, True, _strength("near"), graded=True),
    Fault("one turn off topic", plant.off_topic, False, _strength("off_topic_turns"), graded=True),
    Fault(
        "all about something else",
        plant.other_topic,
        False,
        lambda tags: 1 - float(tags["topic_likeness"]),
        graded=True,
    ),
    Fault("speakers swapped throughout", plant.swapped_throughout, False, _strength("swapped_speakers")),
    Fault(
        "end cut after a sentence", plant.truncated_at_sentence, False, lambda tags: float(not tags["ends_properly"])
    ),
    Fault("names and street addresses", plant.named, False, _strength("personal_data", "secrets")),
)


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Plant, tag, count."""
    draw = random.Random(arguments.seed)
    real = _real(draw)
    fit, report = real[:_FIT], real[_FIT:]
    pool = plant.Pool(fit, _personal(), _lines(arguments.leaks))
    copied = plant.Pool(report[len(FAULTS) * _EACH :], pool.personal)
    extra = [name for name in ("off_topic_turns", "topic_likeness") if METRICS.load(name).lacking() is None]
    tagger = Tagger([*_CHEAP, *extra])
    faults = [fault for fault in FAULTS if extra or fault.name not in _BY_EMBEDDING]
    tell(f"{len(fit)} dialogues to set thresholds on, {len(report)} to report on")
    fitted = _tagged(tagger, fit)
    least = {fault.name: _threshold(fault, fitted) if fault.graded else 1.0 for fault in faults}
    changed = list(report)
    for number, fault in enumerate(faults):
        for place in range(number * _EACH, (number + 1) * _EACH):
            changed[place] = fault.plant(report[place], draw, copied if fault.plant is plant.near_copy else pool)
    tags = _tagged(tagger, changed)
    sources = {one.fields["copy_of"]: one.id for one in changed if "copy_of" in one.fields}
    by_id = {one.id: own for one, own in zip(changed, tags, strict=True)}
    for source, copy in sources.items():
        if by_id[source]["near_of"] == copy:
            by_id[copy]["near"] = by_id[source]["near"]
    untouched = [
        own
        for place, (one, own) in enumerate(zip(changed, tags, strict=True))
        if place >= len(faults) * _EACH and one.id not in sources
    ]
    figures = []
    right = 0
    for number, fault in enumerate(faults):
        planted = tags[number * _EACH : (number + 1) * _EACH]
        caught = sum(fault.strength(own) >= least[fault.name] for own in planted)
        alarms = sum(fault.strength(own) >= least[fault.name] for own in untouched) / len(untouched)
        right += caught if fault.seen else 0
        note = "" if fault.seen else " (not to be seen in text)"
        bound = f" from {least[fault.name]:.3g} on" if fault.graded else ""
        figures.append(
            Figure(
                "planted", f"{fault.name}: caught{note}", 100 * caught / _EACH, "%", least=95 if fault.seen else None
            )
        )
        figures.append(
            Figure("planted", f"{fault.name}: false alarms{bound}", 100 * alarms, "%", most=2 if fault.seen else None)
        )
    seen = [fault for fault in faults if fault.seen]
    figures.append(Figure("planted", "all that can be seen: caught", 100 * right / (_EACH * len(seen)), "%", least=95))
    for what, asked in (
        ("any of those", seen),
        ("any of those but personal data", [one for one in seen if one.name != _DATA]),
    ):
        alarms = sum(any(fault.strength(own) >= least[fault.name] for fault in asked) for own in untouched)
        figures.append(Figure("planted", f"{what}: false alarms", 100 * alarms / len(untouched), "%"))
    figures[-1] = replace(figures[-1], most=2)
    if pool.leaks:
        found = _found(pool.leaks, fit[0], tagger)
        what = f"forms of leaks, each as a turn of its own: {found} of {len(pool.leaks)} found"
        figures.append(Figure("planted", what, 100 * found / len(pool.leaks), "%"))
    return figures


def _found(leaks: Sequence[str], into: Dialogue, tagger: Tagger) -> int:
    """How many of the leaks are told where each is a turn of a dialogue that has none."""
    first, *rest = into.turns
    leaking = [
        into.model_copy(update={"turns": [first, first.model_copy(update={"text": leak}), *rest]}) for leak in leaks
    ]
    return sum(_LEAKED(tags) > 0 for tags in tagger.tag(leaking))


_BY_EMBEDDING = ("one turn off topic", "all about something else")
_CHEAP = (
    *("loop", "repetition", "turn_repetition", "alternates", "ends_properly", "leaked_markup", "leaked_prompt"),
    *("personal_data", "secrets", "swapped_speakers"),
)


def _real(draw: random.Random) -> list[Dialogue]:
    """Both sets, shuffled, but for dialogues that share 13 words in a row with one before: real sets hold copies."""
    kept: list[Dialogue] = []
    names = (("sum", [*dialogsum("train"), *dialogsum("dev")]), ("daily", list(dailydialog())))
    found = [
        one.model_copy(update={"id": f"{name}-{place}"})
        for name, dialogues in names
        for place, one in enumerate(dialogues)
        if len(one.turns) >= 4 and len(one.speakers()) == 2
    ]
    draw.shuffle(found)
    held: set[tuple[str, ...]] = set()
    from dialoom.dialogue.words import words

    for one in found:
        said = words(one.text())
        runs = set(zip(*(said[start:] for start in range(_RUN)), strict=False))
        if held.isdisjoint(runs):
            kept.append(one)
        held |= runs
    return kept


def _tagged(tagger: Tagger, dialogues: Sequence[Dialogue]) -> list[Tags]:
    near = near_duplicates(((one.id, one.text()) for one in dialogues), threshold=_NEAR)
    rows = []
    for one, tags in zip(dialogues, tagger.tag(dialogues), strict=True):
        found = near.get(one.id)
        rows.append(tags | {"near": found.likeness if found else 0.0, "near_of": found.id if found else ""})
    return rows


def _threshold(fault: Fault, untouched: Sequence[Tags]) -> float:
    """The least strength that no more than so many of the untouched reach."""
    strengths = sorted((fault.strength(tags) for tags in untouched), reverse=True)
    allowed = strengths[int(_ALARMS * len(strengths))]
    return nextafter(max(allowed, _NEAR if fault.plant is plant.near_copy else 0.0), inf)


def _personal() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in orjson.loads((data_folder() / "presidio" / "synth_dataset_v2.json").read_bytes()):
        for span in row["spans"]:
            found.setdefault(span["entity_type"], []).append(span["entity_value"])
    return found


def _lines(file: Path | None) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line.strip()] if file else []


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--seed", type=int, default=1, help="for what is drawn (default: 1)")
    known.add_argument("--leaks", type=Path, metavar="FILE", help="forms of leaks to plant, one a line")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
