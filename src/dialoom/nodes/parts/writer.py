"""`writer`: one model that sees the whole talk and everyone in it, and writes the next turn of a named speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn, write_script
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._agents_mode import END_MARK
from dialoom.nodes._one_answer import OneAnswer
from dialoom.nodes._plan_lines import PLAN_LINES
from dialoom.nodes._speaker import Cue, Part, Scene

WRITER = Template(
    """
You write a realistic conversation, turn by turn. Asked for a speaker's next turn, write only what that speaker says:
one or two sentences that answer what was said, without repeating it. When the talk has come to its natural end, write \
{{ end_mark }} after the last turn.
{% if shown %}

Talks that sound right:

{{ shown | join('\n\n') }}
{% endif %}

The speakers:
{% for persona in everyone %}
{{ persona.name }}{% if persona.age %}, {{ persona.age }}{% endif %}
{%- if persona.description %}: {{ persona.description }}{% endif %}

{% endfor %}
"""
    + PLAN_LINES
    + """\
{% if scenario is defined and scenario %}Scenario: {{ scenario }}
{% endif %}
Topic: {{ topic | default('everyday life') }}
{% if subtopic is defined and subtopic %}Situation: {{ subtopic }}
{% endif %}
"""
)
_FIRST = "The talk begins. What {name} says first:"
_NEXT = "What {name} says next:"


class Writer(Part):
    """One model writes the talk turn by turn, for every speaker that has no other part."""

    kind: Literal["writer"] = Field(default="writer", description="A model that sees everything and writes its turns.")

    def provides(self) -> frozenset[str]:
        return frozenset({"everyone"})

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> WrittenSpeaker:
        return WrittenSpeaker(self, me, scene)


class WrittenSpeaker(OneAnswer):
    """A person of one talk, whose turns the writer writes."""

    def asked(self, so_far: Sequence[Turn], cue: Cue) -> Sequence[Message]:
        scene = self.scene
        # The usual message reads `everyone` alone: one prefix for all speakers in the server's cache.
        variables = {
            "me": self.me,
            "others": scene.others(self.me),
            "everyone": list(scene.personas),
            "end_mark": END_MARK,
        }
        system = self.part.system or scene.system or WRITER
        return [
            {"role": "system", "content": system.render({**scene.fields, **variables})},
            {"role": "user", "content": self._prompt(so_far, cue)},
        ]

    def _prompt(self, so_far: Sequence[Turn], cue: Cue) -> str:
        lines = [write_script(so_far), ""] if so_far else []
        lines += [f"({told})" for told in cue.instructions]
        if cue.last:
            lines.append(f"(It is the last turn of {self.name}: bring the talk to its end.)")
        lines.append((_NEXT if so_far else _FIRST).format(name=self.name))
        return "\n".join(lines)


PART = Writer
