"""A picture as Mermaid text, which Git hosts and notebooks draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialoom.graph.drawing.layout import lost
from dialoom.graph.drawing.picture import Box, Link, Look, Scene

_SHAPES: Mapping[Look, tuple[str, str]] = {
    "store": ("[(", ")]"),
    "gate": ("{{", "}}"),
    "reject": ("([", "])"),
    "draw": ("[/", "/]"),
    "code": ("[[", "]]"),
    "dot": ("((", "))"),
}
_STYLES: Mapping[Look, str] = {
    "model": "fill:#eef2ff,stroke:#4f46e5",
    "judge": "fill:#faf5ff,stroke:#9333ea",
    "draw": "fill:#f0fdfa,stroke:#0d9488",
    "code": "fill:#fffbeb,stroke:#b45309",
    "store": "fill:#f1f5f9,stroke:#334155",
    "gate": "fill:#f0fdf4,stroke:#15803d",
    "reject": "fill:#fef2f2,stroke:#dc2626",
}


def to_mermaid(scene: Scene) -> str:
    """The picture of a scene as a flow chart from top to bottom."""
    lines = ["flowchart TD"]
    ids: dict[tuple[str, str], str] = {}
    _number(scene, ids)
    lines += _scene(scene, ids, "  ")
    looks = {look for look in _STYLES if any(box.look == look for box in _boxes(scene))}
    lines += [f"  classDef {look} {_STYLES[look]},color:#0f172a" for look in _STYLES if look in looks]
    return "\n".join(lines) + "\n"


def _number(scene: Scene, ids: dict[tuple[str, str], str]) -> None:
    for box in scene.boxes:
        # Names of nodes may be words of Mermaid's, such as `end`.
        ids[scene.name, box.name] = f"n{len(ids)}"
        if box.scene is not None:
            _number(box.scene, ids)


def _scene(scene: Scene, ids: Mapping[tuple[str, str], str], indent: str) -> Iterator[str]:
    for box in scene.boxes:
        name = ids[scene.name, box.name]
        if box.scene is not None:
            yield f"{indent}subgraph {name}[{_quoted([f'{box.title} ({box.kind})', *_told(box)])}]"
            yield from _scene(box.scene, ids, indent + "  ")
            yield f"{indent}end"
        else:
            opening, closing = _SHAPES.get(box.look, ("[", "]"))
            told = [f"<b>{_safe(box.title)}</b>" + (f" <i>{box.kind}</i>" if box.kind else "")] if box.title else [" "]
            style = f":::{box.look}" if box.look in _STYLES else ""
            words = _quoted([*told, *map(_safe, _told(box))], safe=True)
            yield f"{indent}{name}{opening}{words}{closing}{style}"
    for link in scene.links:
        arrow = f" -->|{_quoted([words])}| " if (words := _label(link)) else " --> "
        yield f"{indent}{ids[scene.name, link.source]}{arrow}{ids[scene.name, link.target]}"


def _boxes(scene: Scene) -> Iterator[Box]:
    for box in scene.boxes:
        yield box
        if box.scene is not None:
            yield from _boxes(box.scene)


def _told(box: Box) -> list[str]:
    return [*box.lines, *([lost(box)] if box.lost else [])]


def _label(link: Link) -> str:
    return ": ".join(part for part in (link.label, f"{link.count:,}" if link.count is not None else "") if part)


def _quoted(lines: list[str], safe: bool = False) -> str:
    return '"' + "<br>".join(lines if safe else map(_safe, lines)) + '"'


def _safe(text: str) -> str:
    for mark, code in (("#", "#35;"), ("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(mark, code)
    return text
