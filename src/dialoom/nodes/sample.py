"""`sample`: write fields drawn from distributions, by seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.nodes._draw import check_choice, draw, place

Choice = Annotated[Any, AfterValidator(check_choice)]


class Sample(Node):
    """Write one field for each entry of `fields`, drawn from its distribution.

    A distribution is a list, a mapping of values to weights, or a range such as `18..60`. With `quota` the shares are
    kept closely over the records of a run, as an interview quota is, instead of only on average.
    """

    kind: Literal["sample"] = "sample"
    fields: dict[str, Choice] = Field(description="The fields and the distribution of each.", min_length=1)
    quota: bool = Field(default=False, description="Keep the shares closely, not only on average.")

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self.fields}

    async def run(self, record: Record, context: Context) -> Fields:
        return {
            name: draw(choice, place(name, series, self.quota, record, context))
            for series, (name, choice) in enumerate(self.fields.items())
        }


NODE = Sample
