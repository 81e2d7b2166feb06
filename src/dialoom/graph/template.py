"""Prompts, expressions and conditions: sandboxed Jinja whose variables are known before anything is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, ClassVar

from jinja2 import ChainableUndefined, StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from dialoom.errors import RecordError, nearest

# A template may guard a variable that is only sometimes there with one of these.
_GUARDS = ("defined", "undefined")


# What would make two renderings of the same fields differ.
_RANDOM = {"filters": "random", "globals": "lipsum"}
_OTHER_FILES = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport, nodes.Block)


class Missing(StrictUndefined):
    """A value that is not there: false in a condition, so that `{% if persona.age %}` asks for it, and an error where
    it would be written."""

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


@cache
def _environment(lenient: bool) -> ImmutableSandboxedEnvironment:
    # Immutable, since the fields of a record are shared with its siblings.
    environment = ImmutableSandboxedEnvironment(
        undefined=ChainableUndefined if lenient else Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
    for table, name in _RANDOM.items():
        del getattr(environment, table)[name]
    return environment


class Template:
    """A Jinja template over a record's fields.

    Built from a string wherever a recipe has a prompt; a syntax error is found then (jinja2.TemplateSyntaxError). Two
    renderings of the same fields are the same, and neither changes the fields.
    """

    WHAT: ClassVar[str] = "template"

    def __init__(self, source: str) -> None:
        self.source = source
        self._tree = self._parse()
        _check_names(self._tree)
        try:
            self._rendering = {False: self._compile(lenient=False)}
        except SyntaxError as error:
            raise TemplateSyntaxError(str(error.msg), error.lineno or 1) from error

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
        # `x.y | default('')` guards y only: with x missing it cannot be rendered.
        return frozenset(node.name for node in (*tests, *filters) if isinstance(node, nodes.Name))

    def paths(self) -> Iterator[tuple[str, ...]]:
        """The chains of constant attributes and indexes of fields: `{{ plan.emotion }}` is ("plan", "emotion")."""
        # A name that the template sets itself, such as a loop's, may hide a field.
        own = {name.name for name in self._tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
        for node in self._tree.find_all((nodes.Getattr, nodes.Getitem)):
            chain = _chain(node)
            if chain is not None and chain[0] not in own:
                yield chain

    def render(self, fields: Mapping[str, Any], *, lenient: bool = False) -> str:
        """The text for these fields. Missing ones raise RecordError, or are empty where `lenient`."""
        return str(self._evaluate(fields, lenient)).strip()

    def _evaluate(self, fields: Mapping[str, Any], lenient: bool = False) -> Any:
        compiled = self._rendering.get(lenient)
        if compiled is None:
            compiled = self._rendering[lenient] = self._compile(lenient)
        try:
            return compiled(fields)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise RecordError(
                f"the {self.WHAT} cannot be rendered: {error}", remedy=f"it begins: {self.source[:60]!r}"
            ) from error

    def _compile(self, lenient: bool) -> Callable[[Mapping[str, Any]], Any]:
        return _rendering(self.source, lenient)

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
        return {"type": "string", "description": f"A Jinja {cls.WHAT} over the record's fields."}

    @classmethod
    def _validate(cls, value: Any) -> Template:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("template", "{why}", {"why": cls._not_text(value)})
        try:
            return cls(value)
        except TemplateSyntaxError as error:
            why = f"the {cls.WHAT} does not parse: {error.message}"
            where = f", in its line {error.lineno}" if value.strip().count("\n") else ""
            raise PydanticCustomError("template", "{why}", {"why": why + where}) from error

    @classmethod
    def _not_text(cls, value: Any) -> str:
        if isinstance(value, Mapping):
            return "expected a text: put one that begins with '{' in quotes"
        return f"expected a text (a Jinja template), got {value!r:.60}"


class Expression(Template):
    """A Jinja expression over a record's fields, such as `draft | length`, that gives a value and no text."""

    WHAT = "expression"

    def _parse(self) -> nodes.Template:
        if "{{" in self.source or "{%" in self.source:
            raise TemplateSyntaxError("write the expression alone, without {{ }} or {% %}", 1)
        parser = Parser(_environment(lenient=False), self.source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            raise TemplateSyntaxError(f"unexpected '{parser.stream.current.value}'", parser.stream.current.lineno)
        return nodes.Template([nodes.Output([expression])]).set_environment(_environment(lenient=False))  # type: ignore[return-value]

    def value(self, fields: Mapping[str, Any]) -> Any:
        """Its value for these fields. Raises RecordError where it has none."""
        value = self._evaluate(fields)
        if isinstance(value, Missing):
            raise RecordError(
                f"the {self.WHAT} has no value for this record", remedy=f"it begins: {self.source[:60]!r}"
            )
        return value

    def _compile(self, lenient: bool) -> Callable[[Mapping[str, Any]], Any]:
        return _environment(lenient).compile_expression(self.source, undefined_to_none=False)

    @classmethod
    def _not_text(cls, value: Any) -> str:
        return f"expected an expression, such as draft | length, got {value!r:.60}"


class Condition(Expression):
    """An expression that is asked whether it is true, such as `score < 3 and plan.medium == 'phone'`."""

    WHAT = "condition"

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether it is true of these fields. Raises RecordError where it cannot be told."""
        return bool(self._evaluate(fields))

    @classmethod
    def _validate(cls, value: Any) -> Template:
        # `when: false` switches a node off.
        return super()._validate(str(value).lower() if isinstance(value, bool) else value)

    @classmethod
    def _not_text(cls, value: Any) -> str:
        return f"expected a condition, such as score < 3, got {value!r:.60}"


def _rendering(source: str, lenient: bool) -> Callable[..., str]:
    template = _environment(lenient).from_string(source)
    # Jinja looks through a chain of mappings for what all templates share, at each rendering.
    template.globals = dict(template.globals)
    return template.render


def _check_names(tree: nodes.Template) -> None:
    environment = _environment(lenient=False)
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        what, known = ("filter", environment.filters) if isinstance(node, nodes.Filter) else ("test", environment.tests)
        if node.name == _RANDOM["filters"]:
            raise TemplateSyntaxError("'random' gives another text at each run: draw in a node of kind sample", 1)
        if node.name not in known:
            near = nearest(node.name, [name for name in known if name.isidentifier()])
            hint = f" ({near})" if near and "did you mean" in near else ""
            raise TemplateSyntaxError(f"there is no {what} '{node.name}'{hint}", node.lineno)
    for other in tree.find_all(_OTHER_FILES):
        raise TemplateSyntaxError("a template cannot take in another file or block", other.lineno)


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
