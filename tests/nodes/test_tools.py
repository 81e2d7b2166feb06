"""Tools as data: what is read from functions, OpenAPI files and recipes, and what is wrong with them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.nodes._tools.settings import HasTools
from dialoom.nodes._tools.toolbox import Toolbox
from tests.nodes.running import recipe

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{number}:
    parameters:
      - {$ref: '#/components/parameters/number'}
      - {name: session, in: cookie, schema: {type: string}}
    get:
      operationId: getOrder
      summary: An order.
      description: By its number.
      parameters:
        - {name: full, in: query, description: With all items., schema: {type: boolean}}
      responses:
        "200": {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        "404": {description: none}
    delete:
      operationId: cancel order!
      responses: {"204": {description: gone}}
  /orders:
    post:
      requestBody: {$ref: '#/components/requestBodies/new'}
      responses: {default: {content: {application/problem+json: {schema: {type: object}}}}}
    put:
      operationId: replace
      requestBody: {required: true, content: {text/plain: {}}}
      responses: {"200": {content: {text/plain: {}}}}
components:
  parameters:
    number: {name: number, in: path, required: true, schema: {type: integer, minimum: 0, exclusiveMinimum: true}}
  requestBodies:
    new: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
  schemas:
    New:
      type: object
      required: [item]
      properties: {item: {type: string, example: a lamp}, note: {type: string, nullable: true}, x-y: {type: string}}
    Item:
      type: object
      properties: {name: {type: string}, parts: {type: array, items: {$ref: '#/components/schemas/Item'}}}
    Order:
      type: object
      x-internal: true
      required: [number]
      properties:
        number: {type: integer}
        item: {$ref: '#/components/schemas/Item'}
        state: {type: string, nullable: true, enum: [open, shipped]}
    Unused: {type: string}
"""


def toolbox(tools: Any, folder: Path = Path()) -> Toolbox:
    return Toolbox(HasTools.model_validate({"tools": tools}).tools, folder, 1.0)


def whys(tools: Any, folder: Path = Path()) -> list[str]:
    return [str(problem) for problem in toolbox(tools, folder).problems]


def test_each_operation_of_an_openapi_file_is_a_tool(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    box = toolbox("shop.yaml", tmp_path)
    assert not box.problems
    assert list(box.tools) == ["getOrder", "cancel_order", "replace", "post_orders"]
    get = box.tools["getOrder"]
    assert get.description == "An order. By its number."
    assert get.arguments == {
        "type": "object",
        "properties": {
            "number": {"type": "integer", "exclusiveMinimum": 0},
            "full": {"type": "boolean", "description": "With all items."},
        },
        "required": ["number"],
        "additionalProperties": False,
    }
    assert get.result["$ref"] == "#/$defs/Order"
    assert set(get.result["$defs"]) == {"Order", "Item"}
    assert get.result["$defs"]["Order"]["properties"]["state"] == {
        "type": ["string", "null"],
        "enum": ["open", "shipped", None],
    }
    assert not get.wrong_result({"number": 1, "item": {"parts": [{"name": "leg"}]}, "state": None})
    assert get.wrong_result({"number": 1, "item": {"parts": [{"name": 3}]}})
    assert box.tools["cancel_order"].result == {"type": "null"}
    post = box.tools["post_orders"]
    assert post.arguments["properties"] == {
        "item": {"type": "string"},
        "note": {"type": ["string", "null"]},
        "x-y": {"type": "string"},
    }
    assert post.arguments["required"] == ["item"]
    assert post.result == {"type": "object"}
    assert box.tools["replace"].arguments["properties"] == {"body": {"type": "string"}}
    assert box.tools["replace"].arguments["required"] == ["body"]
    assert box.tools["replace"].result == {"type": "string"}


def test_the_same_as_json_and_only_some(tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    (tmp_path / "shop.json").write_text(json.dumps(YAML(typ="safe").load(SHOP)))
    box = toolbox({"from": "shop.json", "only": ["replace", "getOrder"]}, tmp_path)
    assert list(box.tools) == ["replace", "getOrder"]
    assert "no tool 'getorder'" in whys({"from": "shop.json", "only": ["getorder"]}, tmp_path)[0]
    assert "did you mean 'getOrder'?" in whys({"from": "shop.json", "only": ["getorder"]}, tmp_path)[0]


def test_files_of_definitions_in_the_usual_forms(tmp_path: Path) -> None:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    (tmp_path / "tools.json").write_text(
        json.dumps(
            [
                {"type": "function", "function": {"name": "a", "description": "d", "parameters": parameters}},
                {"name": "b", "input_schema": parameters, "returns": {"sky": "text"}},
                {"name": "c"},
            ]
        )
    )
    box = toolbox("tools.json", tmp_path)
    assert [(tool.name, tool.description) for tool in box.tools.values()] == [("a", "d"), ("b", ""), ("c", "")]
    assert box.tools["a"].arguments == box.tools["b"].arguments == parameters
    assert box.tools["b"].result["required"] == ["sky"]
    assert box.tools["c"].result == {"type": "string"}


class Place(BaseModel):
    """Somewhere."""

    city: str
    floor: int = 0


def book(day: datetime.date, place: Place, price: Annotated[float, Field(gt=0)] = 1.0) -> list[Place]:
    """Book a room.

    :param day: The day.
    :param Place place: Where.
    """
    assert isinstance(day, datetime.date)
    assert isinstance(place, Place)
    return [place]


def test_types_of_a_function_are_pydantics() -> None:
    (tool,) = toolbox([book]).tools.values()
    properties = tool.arguments["properties"]
    assert properties["day"] == {"type": "string", "format": "date", "description": "The day."}
    assert properties["place"]["description"] == "Where."
    assert properties["price"]["exclusiveMinimum"] == 0
    assert tool.arguments["$defs"]["Place"]["properties"]["city"] == {"type": "string"}
    assert tool.wrong_arguments({"day": "2024-01-01", "place": {"city": "Rome"}, "price": 0})
    assert not tool.wrong_arguments({"day": "2024-01-01", "place": {"city": "Rome"}})
    assert tool.result["type"] == "array"
    assert not tool.wrong_result([{"city": "Rome", "floor": 1}])


def positional(a: int, /) -> None: ...


def starred(*a: int) -> None: ...


class Unknown: ...


def odd(a: Unknown) -> None: ...


def unwritable(a: Callable[[int], int]) -> None: ...


def plain(city: str, days: int) -> None: ...


INLINE = {"name": "t", "arguments": {"city": "text"}}


@pytest.mark.parametrize(
    ("tools", "why"),
    [
        ([positional], "'a' has no name that a call can give"),
        ([starred], "'a' has no name that a call can give"),
        ([odd], "cannot be a tool"),
        ([unwritable], "cannot be a tool"),
        (["nofile.py:f"], "tools[0].from: there is no file nofile.py"),
        (["here.py:nothing"], "tools[0].from: here.py has no function 'nothing'"),
        (["broken.py:f"], "cannot import broken.py, line 2: ZeroDivisionError"),
        (["no.module:f"], "cannot import no.module"),
        (["none.yaml"], "there is no file none.yaml"),
        (["old.yaml"], "only OpenAPI 3 is read"),
        (["twice.yaml"], "two tools are called 'a'"),
        (["far.yaml"], "'other.yaml#/X' refers to another file"),
        (["nowhere.yaml"], "#/components/schemas/X refers to nothing"),
        (["bad.yaml"], "bad.yaml: "),
        (["list.yaml"], "expected OpenAPI 3"),
        ([INLINE, INLINE], "tools[1]: two tools are called 't'"),
        ([{**INLINE, "name": "t t"}], "'t t' cannot be the name of a tool"),
        ([{**INLINE, "name": "t" * 65}], "cannot be the name of a tool"),
        ([{**INLINE, "arguments": {"type": "array"}}], "the arguments of 't' are no object"),
        ([{**INLINE, "call": plain}], "needs 'days', which the schema does not require"),
        ([{**INLINE, "call": plain, "arguments": {"city": "text", "day": "integer"}}], "takes no 'day'"),
        (
            [{**INLINE, "arguments": {"city": {"type": "string", "minLength": 3, "maxLength": 2}}}],
            "the arguments of 't', at properties.city: its 'minLength' of 3 is more than its 'maxLength' of 2",
        ),
        ([{**INLINE, "result": {"enum": []}}], "schema of the result of 't'"),
    ],
)
def test_what_is_wrong_is_known_before_the_first_call(tools: Any, why: str, tmp_path: Path) -> None:
    (tmp_path / "here.py").write_text("def f(): ...\n")
    (tmp_path / "broken.py").write_text("\n1 / 0\n")
    (tmp_path / "old.yaml").write_text("swagger: '2.0'\npaths: {}\n")
    operation = "{operationId: a, responses: {}}"
    (tmp_path / "twice.yaml").write_text(f"openapi: 3.1.0\npaths: {{/a: {{get: {operation}, put: {operation}}}}}\n")
    for name, reference in (("far", "other.yaml#/X"), ("nowhere", "#/components/schemas/X")):
        body = f"{{content: {{application/json: {{schema: {{$ref: '{reference}'}}}}}}}}"
        (tmp_path / f"{name}.yaml").write_text(
            f"openapi: 3.1.0\npaths: {{/a: {{get: {{responses: {{'200': {body}}}}}}}}}\n"
        )
    (tmp_path / "bad.yaml").write_text("a: [b\n")
    (tmp_path / "list.yaml").write_text("a: b\n")
    found = whys(tools, tmp_path)
    assert len(found) == 1
    assert why in found[0]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"tools": []}, "nodes.help.tools: expected at least 1, got 0"),
        ({"tools": [{"name": "t"}]}, "the tool 't' needs 'arguments'"),
        ({"tools": [{"from": "x.yaml", "name": "t"}]}, "the tools of a file are told there"),
        ({"tools": [{"arguments": {"a": "text"}}]}, "a tool has a 'name'"),
        ({"tools": [{**INLINE, "argument": {}}]}, "did you mean 'arguments'?"),
        ({"tools": [{**INLINE, "arguments": {"a": "txt"}}]}, "'a' in the schema is 'txt'"),
        ({"tools": [{"from": "f.py:f", "model": "writer"}]}, "nothing for a 'model' to simulate"),
        ({"tools": [{**INLINE, "model": "wrter"}]}, "no model is called 'wrter' (did you mean 'writer'?)"),
        ({"tools": [INLINE], "simulator": "wrter"}, "no model is called 'wrter'"),
        ({"tools": [INLINE], "tool_choice": "tt"}, "'tt' is no tool"),
        ({"tools": [INLINE], "world": "{{ nothing }}"}, "reads 'nothing'"),
        ({"tools": [INLINE, INLINE]}, "r.yaml:5, nodes.help.tools[1]: two tools are called 't'"),
    ],
)
def test_what_is_wrong_in_a_recipe_has_its_place(fields: dict[str, Any], why: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    node = json.dumps({"kind": "agent", "prompt": "{{ topic }}", **fields})
    file.write_text(
        "recipe: r\nmodels: {writer: 'http://127.0.0.1:1/v1'}\nsource: {rows: [{topic: a}]}\nnodes:\n"
        f"  help: {node}\n"
    )
    with pytest.raises(RecipeError) as caught:
        check(dialoom.load_recipe(file))
    assert why in str(caught.value)


def test_what_alters_a_tool_alters_the_recipes_hash(tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text("def f(n: int) -> str: return 'a'\n")
    (tmp_path / "r.yaml").write_text(
        "recipe: r\nmodels: {writer: 'http://127.0.0.1:1/v1'}\nsource: {rows: [{topic: a}]}\nnodes:\n"
        "  help: {kind: agent, prompt: '{{ topic }}', tools: ['t.py:f']}\n"
        "  talk: {kind: converse, mode: agents, speakers: [A, B], cast: {B: {kind: assistant, tools: ['u.py:f']}}}\n"
    )
    (tmp_path / "u.py").write_text("def f(n: int) -> str: return 'a'\n")
    hashes = [dialoom.load_recipe(tmp_path / "r.yaml").content_hash()]
    for name in ("t", "u"):
        (tmp_path / f"{name}.py").write_text("def f(n: int) -> str: return 'b'\n")
        hashes.append(dialoom.load_recipe(tmp_path / "r.yaml").content_hash())
    assert len(set(hashes)) == 3

    def one(n: int) -> str:
        return "one"

    def other(n: int) -> str:
        return "other"

    other.__qualname__ = one.__qualname__
    made = [recipe("http://127.0.0.1:1/v1").add("help", "agent", prompt="a", tools=[f]) for f in (one, other)]
    assert made[0].content_hash() != made[1].content_hash()
