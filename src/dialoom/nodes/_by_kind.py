"""Fields of a node that hold things found by name: `{kind: NAME, ...}`, each kind with fields of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from dialoom.registry import Registry, UnknownName


@dataclass(frozen=True)
class ByKind:
    """Annotation of a field of a base class: what is written as a mapping becomes the class that its `kind` names.

    Serialised with `SerializeAsAny`, so that fields of the kinds go into the recipe's content hash.

    Attributes:
        registry: where the kinds are found.
        short: whether a kind's name alone stands for one without fields.
        text: whether the field may hold a text instead, which means something else.
    """

    registry: Registry[Any]
    short: bool = False
    text: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._build, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        kinds: list[type[BaseModel]] = [self.registry.load(name) for name in self.registry.names()]
        forms: list[Any] = [handler(kind.__pydantic_core_schema__) for kind in kinds]
        if self.short:
            forms.append({"enum": self.registry.names()})
        if self.text:
            forms.append({"type": "string"})
        return {"anyOf": forms}

    def _build(self, value: Any) -> Any:
        if isinstance(value, str) and self.short:
            value = {"kind": value}
        if not isinstance(value, Mapping):
            return value
        if "kind" not in value:
            known = ", ".join(self.registry.names())
            raise PydanticCustomError("kind", "{why}", {"why": f"it has no 'kind'; one of {known}"})
        try:
            kind = self.registry.load(str(value["kind"]))
        except UnknownName as error:
            why = f"{error.what} ({error.remedy})" if error.remedy else error.what
            raise PydanticCustomError("kind", "{why}", {"why": why}) from error
        # What is wrong in it keeps its place: pydantic joins the inner locations to the outer.
        return kind.model_validate(dict(value))
