"""`function`: the user's own Python as a step."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Children, Fields, Node, Shape
from dialoom.graph.own_code import files_of, find_function, name_of, source_of
from dialoom.graph.record import Record
from dialoom.nodes._user_code import Overdue, Raised, call_function, json_of


class Function(Node):
    """Call a Python function with the record's fields.

    It takes fields as arguments by their names (`**fields` takes all), and may be async. Its arguments are copies: what
    it does to them reaches no other record. A dict that it returns is merged into the record and a list of dicts makes
    child records, unless `into` names a field for it; anything else becomes this node's field. NaN
    and infinity, which JSON does not have, fail the record.
    """

    kind: Literal["function"] = "function"
    call: str = Field(
        description="`file.py:name`, beside the recipe, or `package.module:name`; in Python also the function itself."
    )
    fields: list[str] = Field(default_factory=list, description="The fields it writes, when it returns a dict.")

    _function: Callable[..., Any] | None = PrivateAttr(default=None)
    _given: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def _take_function(cls, value: Any, handler: ModelWrapValidatorHandler[Function]) -> Function:
        function = value.get("call") if isinstance(value, Mapping) else None
        if not callable(function):
            return handler(value)
        return handler({**value, "call": name_of(function)}).bind(function)

    def bind(self, function: Callable[..., Any]) -> Function:
        """Use this function itself, for recipes built in Python."""
        self._function, self._given = function, True
        return self

    def files(self) -> Iterable[Path]:
        return [] if self._given else files_of(self.call)

    def code(self) -> str:
        return source_of(self._function) if self._given and self._function is not None else ""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function that it was made of."""
        if self._function is None:
            raise TypeError(f"{self.call} is not loaded before its recipe is checked")
        return self._function(*arguments, **named)

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self.fields or [self.field]}

    def needs(self) -> Mapping[str, str]:
        return {
            name: "call"
            for name, parameter in self._parameters().items()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        }

    def prepare(self, folder: Path) -> None:
        if self._function is None:
            self._function = find_function(self.call, folder)
        try:
            inspect.signature(self._function)
        except (ValueError, TypeError) as error:
            self._function = None
            raise DialoomError(
                f"{self.call} does not say which arguments it takes",
                place=Place(field="call"),
                remedy="wrap it in a function of your own",
            ) from error

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        for parameter in self._parameters().values():
            if parameter.kind is parameter.POSITIONAL_ONLY:
                yield DialoomError(
                    f"the function's argument '{parameter.name}' is positional only", place=Place(field="call")
                )

    async def run(self, record: Record, context: Context) -> Fields | Children:
        assert self._function is not None, "prepare comes before run"
        parameters = self._parameters()
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        taken = {name: value for name, value in record.fields.items() if takes_all or name in parameters}
        # Records that come from one share its values.
        arguments = copy.deepcopy(taken)
        begun = monotonic()
        try:
            result = await call_function(self._function, arguments, context.seconds_left())
        except Overdue as error:
            raise RecordError(f"{self.call} took longer than the time that one record may take") from error
        except Raised as error:
            raise RecordError(f"{self.call} {error}") from error
        finally:
            context.took(monotonic() - begun)
        if self.into is None and isinstance(result, dict):
            return dict(json_of(result, self.call))
        if self.into is None and isinstance(result, list) and all(isinstance(item, dict) for item in result):
            return Children([json_of(item, self.call) for item in result])
        return dict(json_of({self.field: result}, self.call))

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self._function).parameters if self._function is not None else {}


NODE = Function
