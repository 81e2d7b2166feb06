"""Prompts and conditions: sandboxed Jinja whose variables are known before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any

from jinja2 import ChainableUndefined, StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from dialoom.errors import RecordError

# A template may guard a variable that is only sometimes there with one of these.
_GUARDS = ("defined", "undefined")


@cache
def _environment(lenient: bool) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        undefined=ChainableUndefined if lenient else StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )


class Template:
    """A Jinja template over a record's fields.

    Built from a string wherever a recipe has a prompt; a syntax error is found then.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._tree = self._parse()
        self._rendering: dict[bool, Any] = {}

    def _parse(self) -> nodes.Template:
        return _environment(lenient=False).parse(self.source)

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __deepcopy__(self, memo: dict[int, Any]) -> Template:
        # It never changes, and what Jinja compiled cannot be copied.
        return self

    @cached_property
    def variables(self) -> frozenset[str]:
        """The fields that rendering reads, without those that the template guards with `is defined` or `default`."""
        return frozenset(meta.find_undeclared_variables(self._tree)) - self.guarded

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The fields that may be missing: `{% if x is defined %}`, `{{ x | default('') }}`."""
        tests = (test.node for test in self._tree.find_all(nodes.Test) if test.name in _GUARDS)
        filters = (call.node for call in self._tree.find_all(nodes.Filter) if call.name in ("default", "d"))
        return frozenset(root for node in (*tests, *filters) if (root := _root(node)) is not None)

    def paths(self) -> Iterator[tuple[str, ...]]:
        """The chains of constant attributes and indexes that it reads: `{{ plan.emotion }}` is ("plan", "emotion")."""
        for node in self._tree.find_all((nodes.Getattr, nodes.Getitem)):
            chain = _chain(node)
            if chain is not None:
                yield chain

    def render(self, fields: Mapping[str, Any], *, lenient: bool = False) -> str:
        """The text for these fields. Missing ones raise RecordError, or are empty where `lenient`."""
        compiled = self._rendering.get(lenient)
        if compiled is None:
            compiled = self._rendering[lenient] = self._compile(lenient)
        try:
            return str(compiled.render(fields)).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise RecordError(
                f"the template cannot be rendered: {error}", remedy=f"it begins: {self.source[:60]!r}"
            ) from error

    def _compile(self, lenient: bool) -> Any:
        return _environment(lenient).from_string(self.source)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda template: template.source),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "description": "A Jinja template over the record's fields."}

    @classmethod
    def _validate(cls, value: Any) -> Template:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError(
                "template", "expected a text (a Jinja template), got {kind}", {"kind": type(value).__name__}
            )
        try:
            return cls(value)
        except TemplateSyntaxError as error:
            raise PydanticCustomError(
                "template",
                "the template does not parse: {why}, in its line {line}",
                {"why": error.message, "line": error.lineno},
            ) from error


class Condition(Template):
    """A Jinja expression over a record's fields, such as `score < 3 and plan.medium == 'phone'`."""

    def _parse(self) -> nodes.Template:
        return _environment(lenient=False).parse("{{ (" + self.source + ") }}")

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether it is true of these fields. Raises RecordError where it cannot be told."""
        return self.render(fields) == "1"

    def _compile(self, lenient: bool) -> Any:
        return _environment(lenient).from_string("{{ 1 if (" + self.source + ") else 0 }}")


def _root(node: nodes.Node | None) -> str | None:
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def _chain(node: nodes.Node) -> tuple[str, ...] | None:
    parts: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            parts.append(node.attr)
        elif isinstance(node.arg, nodes.Const):
            parts.append(str(node.arg.value))
        else:
            return None
        node = node.node
    return (node.name, *reversed(parts)) if isinstance(node, nodes.Name) else None
