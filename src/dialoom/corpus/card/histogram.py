"""Bars as SVG: for a card no plotting library is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_BAR, _GAP, _LEFT, _WIDTH = 18, 6, 190, 640
_COLOURS = ("#4878a8", "#e0a050")


def bars(title: str, labels: Sequence[str], counts: Mapping[str, Sequence[int]]) -> str:
    """Horizontal bars, one for each label, stacked by the series in `counts`, with their sums as numbers."""
    sums = [sum(series[place] for series in counts.values()) for place in range(len(labels))]
    scale = (_WIDTH - _LEFT - 70) / max([*sums, 1])
    top = 52 if len(counts) > 1 else 34
    height = top + len(labels) * (_BAR + _GAP) + 8
    drawn = [_text(12, 20, title, size=14, weight="bold")]
    if len(counts) > 1:
        for place, name in enumerate(counts):
            drawn.append(_rect(12 + 110 * place, 32, 12, 12, _COLOURS[place % 2]))
            drawn.append(_text(30 + 110 * place, 42, name))
    for place, label in enumerate(labels):
        line = top + place * (_BAR + _GAP)
        start = float(_LEFT)
        drawn.append(_text(_LEFT - 8, line + 13, _short(label), anchor="end"))
        for colour, series in zip(_COLOURS * len(counts), counts.values(), strict=False):
            width = series[place] * scale
            drawn.append(_rect(start, line, width, _BAR, colour))
            start += width
        drawn.append(_text(start + 6, line + 13, f"{sums[place]:,}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label={quoteattr(title)}><rect width="100%" height="100%" fill="#ffffff"/>'
        + "".join(drawn)
        + "</svg>\n"
    )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, said: str, *, size: int = 12, anchor: str = "start", weight: str = "normal") -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in said)
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="{size}" font-weight="{weight}" '
        f'fill="#202020" text-anchor="{anchor}">{escape(shown)}</text>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 26 else f"{label[:25]}…"
