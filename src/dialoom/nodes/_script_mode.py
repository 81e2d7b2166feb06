"""A whole dialogue in one call: the prompt, and the grammar that fixes its form."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from dialoom.graph.template import Template
from dialoom.nodes._plan_lines import PLAN_LINES

ROLE = Template(
    "You write realistic conversations. Each line is one turn: the speaker's name, a colon and what is said. "
    "The speakers take turns, answer each other, stay on the topic and bring the talk to an end."
)
PROMPT = Template(
    """
{% for persona in personas | default([]) %}
{{ persona.name }}{% if persona.age %}, {{ persona.age }}{% endif %}
{%- if persona.description %}: {{ persona.description }}{% endif %}

{% endfor %}
"""
    + PLAN_LINES
    + """\
{% if plan is defined and plan.thoughts %}Thoughts: {{ plan.thoughts }}
{% endif %}
{% if scenario is defined and scenario %}Scenario: {{ scenario }}
{% endif %}
Topic: {{ topic | default('everyday life') }}
{% if subtopic is defined and subtopic %}Situation: {{ subtopic }}
{% endif %}
Speakers: {{ speakers | join(' and ') }}
{% if outline is defined and outline %}Turn by turn:
{{ outline | join('\n') }}
{% endif %}
Their conversation about this, in {{ turns }} turns:
"""
)
# Names and a pause between sentences aside, a turn of the longest kind.
_LONGEST_LINE = 180


def script_grammar(who: Sequence[str] | None, names: Sequence[str], turns: int, line: str | None) -> str:
    """A GBNF grammar for `turns` lines.

    Args:
        who: the speaker of each line; None for any of `names`.
        line: rule body for what is said in one turn; None for any text without line breaks and markup that ends in
            sentence punctuation.
    """
    heads = []
    for index in range(turns):
        able = [who[index]] if who is not None else names
        forms = [orjson.dumps(("\n" if index else "") + f"{name}: ").decode() for name in able]
        heads.append(forms[0] if len(forms) == 1 else f"({' | '.join(forms)})")
    said = line or rf'[^\x00-\x20<>{{}}\[\]|#*_`"] [^\x00-\x1f<>{{}}\[\]|#*_`.!?]{{3,{_LONGEST_LINE}}} [.!?]'
    return f"root ::= {' '.join(f'{head} line' for head in heads)}\nline ::= {said}\n"
