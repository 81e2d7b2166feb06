"""`sample`: write fields drawn from distributions, by seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._drawing import ConditionsField, DistributionField, asking_work, moved
from dialoom.nodes._draws import Draws


class Sample(Node):
    """Write one field for each entry of `fields`, drawn from its distribution.

    A distribution is a list, a mapping of values to weights, a range such as `18..60`, a template over other fields, or
    a mapping that says how: `distribution`, `date`, `time`, `file`, `given`, `call`, `model`. With `quota` the shares
    are kept closely over the records of a run, as an interview quota is, instead of only on average.
    """

    kind: Literal["sample"] = "sample"
    fields: dict[str, DistributionField] = Field(
        description="The fields and the distribution of each; `name, job` are two columns of one row of a file.",
        min_length=1,
    )
    quota: bool = Field(default=False, description="Keep the shares closely, not only on average.")
    such_that: ConditionsField = Field(
        default_factory=list, description="Conditions that the fields must meet; they are drawn anew until they do."
    )
    unique: list[str] = Field(
        default_factory=list,
        description="Fields that together are never the same twice in a run.",
    )

    _draws: Draws = PrivateAttr()

    @model_validator(mode="after")
    def _built(self) -> Sample:
        self._draws = Draws(self.fields, self.such_that, self.unique)
        return self

    def templates(self) -> Iterable[tuple[str, Template]]:
        yield from super().templates()
        for key, template in self._draws.templates():
            yield f"fields.{key}", template

    def provides(self) -> frozenset[str]:
        return frozenset(self._draws.names)

    def needs(self) -> Mapping[str, str]:
        return {name: f"fields.{key}" for name, key in self._draws.needs().items()}

    def files(self) -> Iterable[Path]:
        return self._draws.files()

    def models(self) -> Mapping[str, str]:
        return {f"fields.{key}": name for key, name in self._draws.models().items()}

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self._draws.names}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        return asking_work(len(self.models()))

    def prepare(self, folder: Path) -> None:
        try:
            self._draws.prepare(folder)
        except DialoomError as error:
            raise moved(error, "fields") from error

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from (moved(error, "fields") for error in self._draws.problems())

    async def run(self, record: Record, context: Context) -> Fields:
        return await self._draws.draw(record, context, quota=self.quota)


NODE = Sample
