"""A function of Python as a node, by decoration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from dialoom.nodes.function import Function


@overload
def node(function: Callable[..., Any], /) -> Function: ...


@overload
def node(*, name: str | None = None, **fields: Any) -> Callable[[Callable[..., Any]], Function]: ...


def node(function: Callable[..., Any] | None = None, /, *, name: str | None = None, **fields: Any) -> Any:
    """Make a node of a function, which a recipe takes in `nodes` or by `add`.

    ```python
    @dialoom.node
    def shout(line: str) -> str:
        return line.upper()

    recipe.add(shout)
    ```

    It takes fields of the record as arguments, by their names, and returns what a `function` node does: a dict of
    fields, a list of dicts for child records, or the value of the field that has its name, a text or a pydantic model.
    It can be called as before.

    Args:
        name: the node's name; left out, the function's.
        fields: of the node, such as `when`, `next`, `into`, and `fields`, the names of those that it writes.
    """

    def made(function: Callable[..., Any]) -> Function:
        values = {**fields, "kind": "function", "call": function}
        found = Function.model_validate(values)
        found.named(str(name or getattr(function, "__name__", type(function).__name__)))
        return found

    return made if function is None else made(function)
