"""Numbers in a recipe that are numbers."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class PlainNumbers(BaseModel):
    """Base of what a recipe configures: where a number is expected, neither `true` nor NaN nor infinity is one."""

    model_config = ConfigDict(allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and info.field_name is not None:
            kinds = _kinds(cls.model_fields[info.field_name].annotation)
            if kinds & {int, float} and bool not in kinds:
                raise ValueError("expected a number")
        return value


def _kinds(annotation: Any) -> set[Any]:
    """The types that a union or an annotated type is of."""
    inner = get_args(annotation)
    return {kind for part in inner for kind in _kinds(part)} if inner else {annotation}
