"""A picture as SVG: one file, without script, for a page or a paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from dialoom.graph.drawing.layout import HEAD, LINE, TITLE, Drawn, Placed, drawn, lost
from dialoom.graph.drawing.picture import Look, Scene
from dialoom.graph.drawing.routes import TEXT, Point, Routed, label_width

# Of each look: its colour and a tint of it.
_COLOURS: dict[Look, tuple[str, str]] = {
    "model": ("#4f46e5", "#eef2ff"),
    "judge": ("#9333ea", "#faf5ff"),
    "draw": ("#0d9488", "#f0fdfa"),
    "code": ("#b45309", "#fffbeb"),
    "store": ("#334155", "#f1f5f9"),
    "gate": ("#15803d", "#f0fdf4"),
    "reject": ("#dc2626", "#fef2f2"),
    "dot": ("#64748b", "#64748b"),
    "within": ("#94a3b8", "#f8fafc"),
    "beside": ("#94a3b8", "#f8fafc"),
}
_INK, _SOFT, _LINE, _LOOP = "#0f172a", "#475569", "#94a3b8", "#0284c7"
_FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Noto Sans', sans-serif"
_MARGIN = 24.0
_ROUND = 10.0
_MOST_STROKE = 4.0


def to_svg(scene: Scene, title: str) -> str:
    """The picture of a scene, with a title for those who cannot see it."""
    done = drawn(scene)
    wide, high = done.width + 2 * _MARGIN, done.height + 2 * _MARGIN
    most = max((each.link.count or 0 for each in _links(done)), default=0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" role="img" font-family="{escape(_FONT)}">',
        f"<title>{escape(title)}</title>",
        "<defs>",
        *(_marker(name, colour) for name, colour in (("way", _SOFT), ("loop", _LOOP), ("none", "#cbd5e1"))),
        "</defs>",
        f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#ffffff"/>',
        f'<g transform="translate({_MARGIN:.0f} {_MARGIN:.0f})">',
        *_scene(done, most),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _links(done: Drawn) -> Iterator[Routed]:
    yield from done.links
    for one in done.boxes:
        if one.inside is not None:
            yield from _links(one.inside)


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8L9.4 5L0 9.2L2.4 5z" fill="{colour}"/></marker>'
    )


def _scene(done: Drawn, most: int) -> Iterator[str]:
    for each in done.links:
        yield _way(each, most)
    for one in done.boxes:
        yield from _box(one, most)
    # Words lie on top, so that no line crosses them.
    for each in done.links:
        yield from _label(each)


def _way(each: Routed, most: int) -> str:
    count = each.link.count
    marker, colour = ("loop", _LOOP) if each.back else ("way", _LINE)
    if count == 0:
        marker, colour = "none", "#cbd5e1"
    thick = 1.5 if not count else 1.5 + (_MOST_STROKE - 1.5) * count / most
    dash = ' stroke-dasharray="4 4"' if count == 0 else ""
    path = _corners(each.points) if each.lane else _curve(each.points)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{thick:.1f}"{dash} marker-end="url(#{marker})"/>'
    )


def _curve(points: Sequence[Point]) -> str:
    (x, y), *rest = points
    path = f"M{x:.1f} {y:.1f}"
    for number, (to_x, to_y) in enumerate(rest):
        if number % 2:
            path += f"L{to_x:.1f} {to_y:.1f}"
        else:
            half = (y + to_y) / 2
            path += f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y - (number == len(rest) - 1):.1f}"
        x, y = to_x, to_y
    return path


def _corners(points: Sequence[Point]) -> str:
    """Straight lines with round corners."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        before, after = abs(x1 - x0) + abs(y1 - y0), abs(x2 - x1) + abs(y2 - y1)
        near = min(_ROUND, before / 2, after / 2)
        a = (x1 + (x0 - x1) / (before or 1) * near, y1 + (y0 - y1) / (before or 1) * near)
        b = (x1 + (x2 - x1) / (after or 1) * near, y1 + (y2 - y1) / (after or 1) * near)
        path += f"L{a[0]:.1f} {a[1]:.1f}Q{x1:.1f} {y1:.1f} {b[0]:.1f} {b[1]:.1f}"
    return path + f"L{points[-1][0] + 1:.1f} {points[-1][1]:.1f}"


def _label(each: Routed) -> Iterator[str]:
    wide = label_width(each.link)
    if not wide:
        return
    x, y = each.at
    edge = _LOOP if each.back else "#cbd5e1"
    yield (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="9" fill="#ffffff" '
        f'stroke="{edge}"/>'
    )
    words = f'<tspan fill="{_SOFT}">{escape(each.link.label)}</tspan>' if each.link.label else ""
    count = each.link.count
    if count is not None:
        gap = ' dx="5"' if words else ""
        colour = _INK if count else "#94a3b8"
        words += f'<tspan{gap} font-weight="700" fill="{colour}">{count:,}</tspan>'
    yield f'<text x="{x:.1f}" y="{y + 3.8:.1f}" font-size="{TEXT - 1}" text-anchor="middle">{words}</text>'


def _box(one: Placed, most: int) -> Iterator[str]:
    box = one.box
    colour, tint = _COLOURS[box.look]
    if box.look == "dot":
        half = one.width / 2
        yield f'<circle cx="{one.middle:.1f}" cy="{one.y + half:.1f}" r="{half:.1f}" fill="{colour}"/>'
        return
    yield f'<g transform="translate({one.x:.1f} {one.y:.1f})">'
    if box.look == "reject":
        yield _rect(one, tint, colour, one.height / 2)
        yield _text(box.title, one.width / 2, 16, TEXT, colour, 'text-anchor="middle" font-weight="600"')
        yield "</g>"
        return
    yield _rect(one, "#ffffff" if one.inside is None else tint, colour, _ROUND)
    if one.inside is None:
        yield _head(one, tint, colour)
    yield _text(box.title, 14, 22, TITLE, _INK, 'font-weight="700"')
    if box.kind:
        yield _text(box.kind, one.width - 12, 22, TEXT - 1, colour, 'text-anchor="end"')
    y = (HEAD if one.inside is not None else 36.0) + 14
    for line in box.lines:
        yield _text(line, 14, y, TEXT, _SOFT)
        y += LINE
    if box.lost:
        yield _text(lost(box), 14, y, TEXT, _COLOURS["reject"][0], 'font-weight="600"')
    if one.inside is not None:
        left = (one.width - one.inside.width) / 2
        yield f'<g transform="translate({left:.1f} {one.height - one.inside.height - 14:.1f})">'
        yield from _scene(one.inside, most)
        yield "</g>"
    yield "</g>"


def _rect(one: Placed, fill: str, stroke: str, corner: float) -> str:
    return (
        f'<rect width="{one.width:.1f}" height="{one.height:.1f}" rx="{corner:.1f}" fill="{fill}" stroke="{stroke}" '
        'stroke-width="1.4"/>'
    )


def _head(one: Placed, tint: str, colour: str) -> str:
    """A tinted band behind the title."""
    w, r = one.width - 1.4, _ROUND - 0.7
    if one.height <= 40:
        return f'<rect x="0.7" y="0.7" width="{w:.1f}" height="{one.height - 1.4:.1f}" rx="{r}" fill="{tint}"/>'
    right, low = f"{w + 0.7:.1f}", HEAD - 1
    round_corners = f"A{r} {r} 0 0 1 {_ROUND} 0.7H{w - r + 0.7:.1f}A{r} {r} 0 0 1 {right} {_ROUND}"
    return (
        f'<path d="M0.7 {low}V{_ROUND}{round_corners}V{low}z" fill="{tint}"/>'
        f'<path d="M0.7 {low + 0.5}H{right}" stroke="{colour}" stroke-opacity="0.25"/>'
    )


def _text(text: str, x: float, y: float, size: float, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" {more}>{escape(text)}</text>'
