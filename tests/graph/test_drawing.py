"""Pictures of recipes: everything of a recipe is in them, nothing lies on anything else, and loops lead back."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialoom.graph.check import check
from dialoom.graph.drawing.layout import Drawn, drawn
from dialoom.graph.drawing.mermaid import to_mermaid
from dialoom.graph.drawing.picture import Box, Link, Scene, picture
from dialoom.graph.drawing.ranks import backward, crossings, ordered, rows, spread
from dialoom.graph.drawing.routes import label_width
from dialoom.graph.drawing.svg import to_svg
from dialoom.graph.parse_recipe import load_recipe
from tests.graph.written import HEAD, write

BUSY = """  first:
    kind: sample
    fields: {mood: [calm, angry]}
    next: [{if: mood == 'angry', to: angry}, {if: topic == 'x' and mood == 'calm', to: reject}, views]
  angry: {kind: generate, prompt: "{{ topic }}", next: score}
  views:
    kind: parallel
    nodes:
      left: {kind: generate, prompt: "<left> & {{ topic }}"}
      right: {kind: subgraph, nodes: {one: {kind: plan}, two: {kind: plan, next: {if: "one.emotion == 'x'", to: one}}}}
  score:
    kind: generate
    prompt: "{{ topic }}"
    visits: 2
    next: [{if: "score | length < 3", to: score}, {if: "score | length < 9", to: views}, end]
quality: {judge: {model: writer}, rules: [turns >= 4, "words < 90"]}
"""


def scene(tmp_path: Path, text: str = HEAD + BUSY) -> Scene:
    recipe = load_recipe(write(tmp_path, text))
    checked = check(recipe)
    return picture(recipe, checked.graph, checked.seeds)


def test_all_of_a_recipe_is_in_its_picture(tmp_path: Path) -> None:
    shown = scene(tmp_path)
    text = to_svg(shown, "a title & more")
    root = ElementTree.fromstring(text)
    words = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for word in ("first", "angry", "views", "left", "right", "one", "two", "score", "judge", "gate", "corpus"):
        assert word in words
    for word in ("mood == 'angry'", "turns >= 4", "words < 90", "else", "reject", "rejects", "writer", "parallel"):
        assert word in words
    (title,) = root.iter("{http://www.w3.org/2000/svg}title")
    assert title.text == "a title & more"
    # The judge closes the graph: what ends leads to it.
    assert ("score", "judge") in {(link.source, link.target) for link in shown.links}
    assert [link.target for link in shown.links if link.source == "judge"] == ["the gate"]


def test_the_same_in_mermaid(tmp_path: Path) -> None:
    text = to_mermaid(scene(tmp_path))
    lines = text.splitlines()
    assert lines[0] == "flowchart TD"
    assert sum(line.strip().startswith("subgraph ") for line in lines) == 2
    assert sum(line.strip() == "end" for line in lines) == 2
    assert any("mood == 'angry'" in line and "-->" in line for line in lines)
    assert "turns #gt;= 4" in text
    # What would end a text, or begin a tag, is never written as it is.
    assert all(line.count('"') % 2 == 0 for line in lines)


def overlaps(done: Drawn) -> list[tuple[str, str]]:
    found = []
    for number, one in enumerate(done.boxes):
        for other in done.boxes[number + 1 :]:
            beside = one.x + one.width <= other.x + 0.1 or other.x + other.width <= one.x + 0.1
            above = one.y + one.height <= other.y + 0.1 or other.y + other.height <= one.y + 0.1
            if not beside and not above:
                found.append((one.box.name, other.box.name))
        if one.inside is not None:
            found += overlaps(one.inside)
            assert one.inside.width <= one.width
            assert one.inside.height <= one.height
    return found


def test_nothing_lies_on_anything_else(tmp_path: Path) -> None:
    assert overlaps(drawn(scene(tmp_path))) == []


def test_loops_lead_up_on_the_right(tmp_path: Path) -> None:
    done = drawn(scene(tmp_path))
    placed = {one.box.name: one for one in done.boxes}
    back = [each for each in done.links if each.back]
    assert {(each.link.source, each.link.target) for each in back} == {("score", "score"), ("score", "views")}
    for each in back:
        lane = max(x for x, _ in each.points)
        assert all(
            lane > one.x + one.width for one in placed.values() if one.y < each.points[0][1] < one.y + one.height
        )
        assert each.points[0][1] > each.points[-1][1]
        assert lane + label_width(each.link) / 2 <= done.width


NAMES = [f"n{number}" for number in range(9)]
links = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=16, unique=True)


# Where the loop that goes between boxes moves another in the way of the lane that is left.
MOVED = [("n0", "n2"), ("n0", "n3"), ("n0", "n4"), ("n2", "n3"), ("n4", "n1"), ("n1", "n0"), ("n3", "n2")]


@given(links)
@example(MOVED)
@settings(max_examples=60, deadline=None)
def test_any_graph_can_be_drawn(pairs: list[tuple[str, str]]) -> None:
    made = Scene("", [Box(name, name, "code", "function") for name in NAMES])
    made.links = [Link(source, target, "if so") for source, target in pairs]
    loops = backward(NAMES, pairs)
    row = rows(NAMES, [pair for pair in pairs if pair not in loops])
    assert row.keys() == set(NAMES)
    assert all(row[source] < row[target] for source, target in pairs if (source, target) not in loops)
    done = drawn(made)
    assert overlaps(done) == []
    assert len(done.links) == len(pairs)
    for each in done.links:
        # What goes up in a lane passes behind no box on its way there.
        for (x, y), (lane, _) in (each.points[:2], each.points[:-3:-1]) if each.lane else ():
            assert not [one for one in done.boxes if x < one.x < lane and one.y < y < one.y + one.height] or (
                each.link.source == each.link.target
            )
    assert min([0.0, *(x for each in done.links for x, _ in each.points)]) >= 0
    ElementTree.fromstring(to_svg(made, "any"))


@given(st.lists(st.tuples(st.floats(-99, 99), st.floats(1, 50)), min_size=1, max_size=8))
def test_boxes_are_spread_in_their_order(boxes: list[tuple[float, float]]) -> None:
    wanted, widths = [want for want, _ in boxes], [width for _, width in boxes]
    found = spread(wanted, widths, [1.0] * len(boxes), 5.0)
    for number in range(len(boxes) - 1):
        assert found[number + 1] - found[number] >= (widths[number] + widths[number + 1]) / 2 + 5 - 1e-6
    if len(boxes) == 1:
        assert found == pytest.approx(wanted)


def test_crossings_are_taken_out() -> None:
    layers = [["a", "b"], ["c", "d"]]
    edges = [("a", "d"), ("b", "c")]
    assert crossings(layers, {"a": ["d"], "b": ["c"]}) == 1
    better = ordered(layers, edges)
    assert crossings(better, {"a": ["d"], "b": ["c"]}) == 0
