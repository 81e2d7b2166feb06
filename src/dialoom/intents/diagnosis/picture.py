"""The coverage map as SVG: a row an intent; how many, how well recognised, and which variants it has.

Drawn by hand, so that no plotting library is needed, and every cell says in its title what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from xml.sax.saxutils import escape, quoteattr

from dialoom.intents.diagnosis.diagnose import Diagnosis, IntentFacts

_ROW, _HEAD, _SECTION, _MARGIN = 16, 172, 34, 28
_NAME, _COUNT, _RECALL, _CELL, _GAP, _TAIL = 212, 96, 84, 18, 17, 250
_INK, _PALE, _RULE, _STRIPE = "#22303c", "#76838f", "#dde3e8", "#f6f8f9"
_RARE, _CRITICAL, _MISSING, _BAR = "#c2571a", "#a3195b", "#d9480f", "#9fb3c4"
_SCALE = ("#eef3f7", "#cfe1ec", "#a3c9dc", "#6ba9c6", "#3886ab", "#17628a", "#0b4163")
_FONT = "font-family=\"-apple-system,'Segoe UI','Helvetica Neue','DejaVu Sans',Arial,sans-serif\""


def coverage_map(diagnosis: Diagnosis, title: str = "Coverage of intents") -> str:
    """The map of all intents: critical and rare ones first, the rarest at the top."""
    features = {name: values for name, values in diagnosis.coverage.values.items() if _varies(diagnosis, name)}
    places = dict(_places(features))
    width = round(max([_left() + 200, *(x + _CELL for x in places.values())]) + 16 + _TAIL)
    sections = [(name, rows) for name, rows in _sections(diagnosis) if rows]
    height = _HEAD + sum(_SECTION + _ROW * len(rows) for _, rows in sections) + _MARGIN
    most = max(each.count for each in diagnosis.intents.values())
    drawn = [*_heading(diagnosis, title, width), *_columns(features, places)]
    y = float(_HEAD)
    for name, rows in sections:
        drawn.append(_text(_MARGIN, y + 22, name, size=12, weight=600))
        drawn.append(f'<path d="M{_MARGIN} {y + 29:.0f}H{width - _MARGIN}" stroke="{_RULE}"/>')
        y += _SECTION
        for number, each in enumerate(rows):
            drawn += _row(diagnosis, each, y, most, features, places, width, striped=number % 2 == 1)
            y += _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
        f'viewBox="0 0 {width} {height:.0f}" role="img" aria-label={quoteattr(title)} {_FONT} fill="{_INK}">'
        '<rect width="100%" height="100%" fill="#ffffff"/>' + "".join(drawn) + "</svg>\n"
    )


def _varies(diagnosis: Diagnosis, feature: str) -> bool:
    """Whether the data has more than one value of it: else there is nothing to see."""
    return sum(share > 0 for share in diagnosis.coverage.shares[feature].values()) > 1


def _left() -> float:
    return _MARGIN + _NAME + _COUNT + _RECALL + 24


def _places(features: dict[str, list[str]]) -> Iterator[tuple[tuple[str, str], float]]:
    x = _left()
    for feature, values in features.items():
        for value in values:
            yield (feature, value), x
            x += _CELL
        x += _GAP


def _sections(diagnosis: Diagnosis) -> list[tuple[str, list[IntentFacts]]]:
    held = sorted(diagnosis.intents.values(), key=lambda each: (each.count, each.scores.recall, each.intent))
    return [
        ("Critical", [each for each in held if each.critical]),
        (f"Rare: fewer than {diagnosis.bound:g} lines", [each for each in held if each.rare and not each.critical]),
        ("Others", [each for each in held if not each.rare and not each.critical]),
    ]


def _heading(diagnosis: Diagnosis, title: str, width: float) -> Iterator[str]:
    facts = [
        f"{len(diagnosis.data.rows):,} lines of {len(diagnosis.intents)} intents",
        f"{len(diagnosis.rare)} rare",
        f"{len(diagnosis.critical)} critical",
        f"cross-validated accuracy {diagnosis.accuracy:.1%}, macro F1 {diagnosis.macro_f1:.1%}",
    ]
    yield _text(_MARGIN, 38, title, size=20, weight=600)
    yield _text(_MARGIN, 60, "  ·  ".join(facts), size=12, colour=_PALE)
    x = float(_MARGIN)
    yield _text(x, 88, "share of the intent's lines", size=10.5, colour=_PALE)
    x += 142
    for number, colour in enumerate(_SCALE):
        yield f'<rect x="{x + number * 15:.0f}" y="79" width="14" height="11" rx="2" fill="{colour}"/>'
    yield _text(x + 7, 102, "0", size=9.5, anchor="middle", colour=_PALE)
    yield _text(x + 15 * len(_SCALE) - 7, 102, "all", size=9.5, anchor="middle", colour=_PALE)
    x += 15 * len(_SCALE) + 20
    yield _missing(x + 6, 84.5)
    yield _text(x + 16, 88, "a usual variant, in fewer than two lines", size=10.5, colour=_PALE)


def _columns(features: dict[str, list[str]], places: dict[tuple[str, str], float]) -> Iterator[str]:
    base = _HEAD - 6
    x = float(_MARGIN + _NAME)
    yield _text(x, base, "lines", size=10.5, colour=_PALE)
    yield _text(x + _COUNT, base, "recall", size=10.5, colour=_PALE)
    last = _left()
    for feature, values in features.items():
        start = places[feature, values[0]]
        middle = start + _CELL * len(values) / 2
        end = start + _CELL * len(values) - 1
        yield f'<path d="M{start:.0f} {base + 2:.0f}H{end:.0f}" stroke="{_PALE}" stroke-width="0.7"/>'
        for value in values:
            at = places[feature, value] + _CELL / 2 + 3.5
            yield _text(at, base - 3, value, size=9.5, colour=_INK, turned=True)
        yield _text(
            middle, base + 13, _fitted(feature, _CELL * len(values) + _GAP), size=9, anchor="middle", colour=_PALE
        )
        last = start + _CELL * len(values)
    yield _text(last + 16, base, "mostly taken for", size=10.5, colour=_PALE)


def _row(
    diagnosis: Diagnosis,
    facts: IntentFacts,
    y: float,
    most: int,
    features: dict[str, list[str]],
    places: dict[tuple[str, str], float],
    width: float,
    *,
    striped: bool,
) -> Iterator[str]:
    middle = y + _ROW / 2
    if striped:
        wide = width - 2 * _MARGIN + 12
        yield f'<rect x="{_MARGIN - 6}" y="{y:.0f}" width="{wide:.0f}" height="{_ROW}" fill="{_STRIPE}"/>'
    colour = _CRITICAL if facts.critical else _RARE if facts.rare else _INK
    yield _text(_MARGIN, y + 11.8, _short(facts.intent, 33), size=11, colour=colour)
    x = float(_MARGIN + _NAME)
    long = max(1.5, (_COUNT - 44) * sqrt(facts.count / most))
    yield f'<rect x="{x:.0f}" y="{y + 4:.0f}" width="{long:.1f}" height="{_ROW - 8}" rx="1.5" fill="{_BAR}"/>'
    yield _text(x + long + 5, y + 11.8, f"{facts.count:,}", size=10, colour=_PALE)
    x += _COUNT
    track = _RECALL - 12
    yield f'<path d="M{x:.0f} {middle:.1f}h{track}" stroke="{_RULE}" stroke-width="2" stroke-linecap="round"/>'
    weak = _MISSING if facts.scores.recall < 0.6 else _SCALE[4]
    at = x + track * facts.scores.recall
    shown = _plain(f"{facts.intent}: recall {facts.scores.recall:.2f}")
    yield f'<circle cx="{at:.1f}" cy="{middle:.1f}" r="3.6" fill="{weak}"><title>{shown}</title></circle>'
    for feature, values in features.items():
        counts = diagnosis.coverage.counts[facts.intent][feature]
        for value in values:
            yield _cell(facts, feature, value, counts[value], places[feature, value], y)
    last = max(places.values(), default=_left()) + _CELL
    tail = [facts.taken_for] if facts.taken_for else []
    if facts.attracted:
        tail.append(f"{facts.attracted} from out of scope")
    if facts.suspects:
        tail.append(f"{facts.suspects} doubtful label{'' if facts.suspects == 1 else 's'}")
    yield _text(last + 16, y + 11.8, _short("  ·  ".join(tail), 44), size=10, colour=_PALE)


def _cell(facts: IntentFacts, feature: str, value: str, number: int, x: float, y: float) -> str:
    share = number / facts.count
    shade = _SCALE[0] if not number else _SCALE[min(len(_SCALE) - 1, 1 + int(sqrt(share) * (len(_SCALE) - 1.001)))]
    said = _plain(f"{facts.intent}, {feature} {value}: {number} of {facts.count}")
    drawn = (
        f'<rect x="{x:.0f}" y="{y + 1:.0f}" width="{_CELL - 1}" height="{_ROW - 2}" rx="2" fill="{shade}">'
        f"<title>{said}</title></rect>"
    )
    lacking = value in facts.gaps.get(feature, ())
    return drawn + (_missing(x + (_CELL - 1) / 2, y + _ROW / 2) if lacking else "")


def _missing(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.3" fill="none" stroke="{_MISSING}" stroke-width="1.3"/>'


def _text(
    x: float,
    y: float,
    said: str,
    *,
    size: float,
    anchor: str = "start",
    colour: str = _INK,
    weight: int = 400,
    turned: bool = False,
) -> str:
    turn = f' transform="rotate(-52 {x:.1f} {y:.1f})"' if turned else ""
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"{heavy}{turn}>'
        f"{_plain(said)}</text>"
    )


def _plain(said: str) -> str:
    """A text as XML can hold it."""
    return escape("".join(sign if sign.isprintable() else " " for sign in said))


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _fitted(label: str, width: float) -> str:
    """As much of a feature's name as stands below its columns."""
    return _short(label, max(4, int(width / 5)))
