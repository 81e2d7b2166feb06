"""`model`: a text that a model writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from pydantic import Field

from dialoom.errors import RecordError
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._sampler import Asked, Sampler

_USUAL = Template(
    """
Invent a person. What is known:
{% for name, value in known.items() %}
{{ name | replace('_', ' ') }}: {{ value }}
{% endfor %}
Answer with the person's {{ field | replace('_', ' ') }} alone, in a few words.
"""
)
_QUOTES = "\"'“”„«»"


class Written(Sampler):
    """What a model answers to a prompt over the fields; it is asked after all else has been drawn."""

    model: str = Field(default="writer", description="The model it asks, by its name in the recipe.")
    prompt: Template | None = Field(
        default=None, description="What to ask; left out, for the field by its name, with what was drawn."
    )
    system: Template | None = Field(default=None, description="The system message.")
    temperature: float | None = Field(default=None, ge=0, description="Sampling temperature.")
    max_tokens: int = Field(default=60, ge=1, description="Most tokens of the answer.")

    asks = True

    def reads(self) -> frozenset[str]:
        return frozenset().union(*(template.variables for template in self.templates()))

    def templates(self) -> Iterable[Template]:
        return [template for template in (self.system, self.prompt) if template is not None]

    def models(self) -> Iterable[str]:
        yield self.model

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        raise NotImplementedError("it is asked")

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        messages: list[Message] = []
        if self.system is not None:
            messages.append({"role": "system", "content": self.system.render(known)})
        plain = {name: value for name, value in known.items() if isinstance(value, (str, int, float))}
        prompt = _USUAL.render({"known": plain, "field": asked.field}) if self.prompt is None else None
        messages.append({"role": "user", "content": prompt or (self.prompt or _USUAL).render(known)})
        params: dict[str, Any] = {"max_tokens": self.max_tokens}
        if self.temperature is not None:
            params["temperature"] = self.temperature
        said = await asked.context.ask(self.model, messages, params=params, sample=asked.attempt)
        said = said.strip().strip(_QUOTES).strip()
        if not said:
            raise RecordError(f"the model wrote nothing for '{asked.field}'")
        return said


SAMPLER = Written
