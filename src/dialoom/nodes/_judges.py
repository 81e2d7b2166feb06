"""What the nodes share that let one or several models judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from dialoom.dialogue import Dialogue
from dialoom.errors import RecordError
from dialoom.graph.context import JSON_TRIES
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.graph.template import Template

# Room for the five scores of most scales with and without a space before them. OpenAI and vLLM give 20 at most, and all
# that are given stand in the ledger for each token.
_TOP_LOGPROBS = 10
_WHY = "judged"


def _different(names: list[str]) -> list[str]:
    if not names:
        raise ValueError("name at least one model")
    if len(set(names)) < len(names):
        raise ValueError("name each judge once: its samples are asked for with 'samples'")
    return names


Models = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value, json_schema_input_type=str | list[str]),
    AfterValidator(_different),
]


class Judging(Node):
    """A node that says what it makes of a record in the tag of its name, and why in the tag `judged`."""

    def writes(self) -> Mapping[str, Shape]:
        return {self.field: {}, _WHY: {}}

    def tags(self) -> frozenset[str]:
        return frozenset({self.field, _WHY})

    def told(self, record: Record, tag: Mapping[str, Any], why: Mapping[str, Any]) -> Fields:
        """Both tags; what nodes before it told under `judged` stays."""
        before = record.fields.get(_WHY)
        return {self.field: tag, _WHY: {**(before if isinstance(before, Mapping) else {}), self.field: dict(why)}}


class Judges(Judging):
    """A node in which models judge: one, or several side by side."""

    model: Models = Field(
        default_factory=lambda: ["writer"], description="The judge, or several, by their names in the recipe."
    )
    probabilities: bool = Field(
        default=True, description="Ask for token probabilities and score by their expectation, where they are given."
    )
    temperature: float | None = Field(
        default=None,
        ge=0,
        description="Sampling temperature; left out, 0 for one sample, the model's own for more.",
    )
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of an answer.")
    params: dict[str, Any] = Field(default_factory=dict, description="Further sampling parameters, by OpenAI's names.")
    tries: int = Field(default=JSON_TRIES, ge=1, description="How often at most an answer is asked for until it fits.")

    def models(self) -> Mapping[str, str]:
        if len(self.model) == 1:
            return {"model": self.model[0]}
        return {f"model[{index}]": name for index, name in enumerate(self.model)}

    def sampling(self, samples: int, tokens: int) -> dict[str, Any]:
        """The parameters of each call, given how many samples are asked for and the tokens of an answer at most."""
        temperature = 0.0 if self.temperature is None and samples == 1 else self.temperature
        own: dict[str, Any] = {"max_tokens": self.max_tokens or tokens}
        if temperature is not None:
            own["temperature"] = temperature
        if self.probabilities:
            own |= {"logprobs": True, "top_logprobs": _TOP_LOGPROBS}
        return own | self.params


def dialogue_of(record: Record) -> Dialogue:
    """The record as the dialogue that it would be at the end. Raises RecordError where it is none."""
    try:
        return record.to_dialogue("", "")
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        place = ".".join(map(str, detail["loc"]))
        raise RecordError(f"what is to be judged is no dialogue: {place}: {detail['msg']}") from error


def rendered(templates: Mapping[str, Template], fields: Mapping[str, Any]) -> dict[str, str]:
    """The texts that stand for parts of a record."""
    return {name: template.render(fields) for name, template in templates.items()}


def failures(errors: Sequence[RecordError], judges: Sequence[str]) -> RecordError:
    """One error for judges of which none could be used."""
    said = dict.fromkeys(str(error) for error in errors)
    who = f"{judges[0]}: " if len(judges) == 1 else f"none of {', '.join(judges)} could be used: "
    return RecordError(who + "; ".join(said))
