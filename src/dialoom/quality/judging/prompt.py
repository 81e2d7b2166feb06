"""What a judge is asked: the rubric as its instructions, examples as earlier turns, the case last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from dialoom.models.chat import Message
from dialoom.quality.judging.parts import Part, title_of
from dialoom.quality.judging.rubric import Example, Rubric

LONGEST_EXPLANATION = 200


def judge_system(rubric: Rubric) -> str:
    """The instructions: the same for every case, so that a server's prefix cache helps."""
    lines = [
        f"You are a strict and fair judge. {rubric.about}",
        "",
        "Score each criterion by its own description. Judge what is written and nothing else; a longer text is not a "
        "better one.",
    ]
    for criterion in rubric.criteria:
        lines += ["", f"{criterion.id}: {criterion.text}"]
        lines += [f"  {score}: {criterion.anchors[score]}" for score in criterion.scores]
        if criterion.optional:
            lines.append("  null: it does not apply here.")
    lines += [
        "",
        "Answer in JSON: for each criterion first a short explanation that names the evidence, then the score.",
    ]
    return "\n".join(lines)


def answer_schema(rubric: Rubric, longest: int = LONGEST_EXPLANATION) -> dict[str, Any]:
    """The JSON schema of an answer. The explanation stands before the score, which then follows from it.

    Args:
        longest: most characters of an explanation: small models write on until they are stopped.
    """
    return {
        "type": "object",
        "properties": {
            criterion.id: {
                "type": "object",
                "properties": {
                    "explanation": {"type": "string", "maxLength": longest},
                    "score": {"enum": [*criterion.scores, *([None] if criterion.optional else [])]},
                },
                "required": ["explanation", "score"],
                "additionalProperties": False,
            }
            for criterion in rubric.criteria
        },
        "required": [criterion.id for criterion in rubric.criteria],
        "additionalProperties": False,
    }


def show_parts(parts: Mapping[str, Part]) -> str:
    """The case that is to be judged."""
    return "\n\n".join(f"## {part.title}\n{part.text}" for part in parts.values())


def example_messages(rubric: Rubric) -> list[Message]:
    """The rubric's examples as earlier turns."""
    messages: list[Message] = []
    for example in rubric.examples:
        messages.append({"role": "user", "content": show_parts(_parts(rubric, example))})
        messages.append({"role": "assistant", "content": orjson.dumps(_answer(rubric, example)).decode()})
    return messages


def _parts(rubric: Rubric, example: Example) -> dict[str, Part]:
    names = [part.removesuffix("?") for part in rubric.reads]
    return {name: Part(title_of(name), example.given[name]) for name in names if name in example.given}


def _answer(rubric: Rubric, example: Example) -> dict[str, Any]:
    return {criterion.id: example.scores[criterion.id].model_dump() for criterion in rubric.criteria}
