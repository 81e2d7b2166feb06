"""`tagger`: let a model say what kind of record this is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import Field, PrivateAttr

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._judges import Judging, dialogue_of
from dialoom.nodes._prompted import Prompted
from dialoom.nodes._rough_tokens import rough_tokens
from dialoom.quality import ColumnType
from dialoom.quality.judging.taxonomy import Category, Taxonomy, read_taxonomy, taxonomy_of, tidy_tags

_SYSTEM = Template("{{ instructions }}")
_PROMPT = Template("{{ case }}")
_TOKENS = 60
_TOKENS_OF_A_CASE = 300
_MOST_TAGS = 12


class Tagger(Judging, Prompted):
    """Let a model file the record under a category of a taxonomy, and name what it is about in a few tags.

    Writes `category`, `subcategory` and `tags` as the tag of this node's name, and why as the tag `judged`. These tags
    are free words in small letters; `dialoom evaluate tags` makes one of those in a finished set that mean the same.
    """

    kind: Literal["tagger"] = "tagger"
    taxonomy: Taxonomy | Path | None = Field(
        default=None,
        description="Categories with what belongs to each, {NAME: TEXT or {about: TEXT, subcategories: {NAME: TEXT}}}, "
        "or a YAML file of them; left out, those that the shipped rubrics are routed by.",
    )
    prompt: Template = Field(
        default=_PROMPT, description="What is to be filed; `case` is the dialogue, or all texts where there is none."
    )
    tags_at_most: int = Field(default=5, ge=0, le=_MOST_TAGS, description="How many tags at most; 0 for none.")

    _taxonomy: dict[str, Category] = PrivateAttr(default_factory=dict)

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        try:
            if isinstance(self.taxonomy, Mapping):
                self._taxonomy = taxonomy_of(self.taxonomy)
            else:
                self._taxonomy = read_taxonomy(None if self.taxonomy is None else folder / self.taxonomy)
        except DialoomError as error:
            raise DialoomError(str(error), place=Place(field="taxonomy")) from error

    def provides(self) -> frozenset[str]:
        return frozenset({"case", "instructions"})

    def columns(self) -> Mapping[str, ColumnType]:
        return {
            f"{self.field}.category": "text",
            f"{self.field}.subcategory": "text",
            f"{self.field}.tags": "texts",
        }

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        said = rough_tokens(len(self._instructions()))
        return Work(1, 4, 1, said + _TOKENS_OF_A_CASE, self.max_tokens or _TOKENS)

    async def run(self, record: Record, context: Context) -> Fields:
        fields = {**record.fields, "case": _case(record), "instructions": self._instructions()}
        if not self.prompt.render(fields):
            raise RecordError("the record has nothing that could be filed")
        messages = self.messages(
            self.prompt,
            fields,
            context,
            lambda row: orjson.dumps(row[self.field]).decode(),
            variables=lambda row: {"case": _case_of(row)},
            system=_SYSTEM,
        )
        said = await context.ask_json(
            self.model, messages, self._schema(), params={"temperature": 0.0, **self.sampling()}
        )
        category = said["category"]
        subcategory = said.get("subcategory")
        if subcategory not in self._taxonomy[category].subcategories:
            subcategory = None
        tag = {"category": category, "subcategory": subcategory, "tags": tidy_tags(said.get("tags", []))}
        details = {"explanation": said["explanation"], "tags_as_said": said.get("tags", [])}
        return self.told(record, tag, details)

    def _instructions(self) -> str:
        lines = ["You file texts. Choose the one category that fits best:", ""]
        for name, category in self._taxonomy.items():
            lines.append(f"- {name}: {category.about}")
            lines += [f"  - {inner}: {about}" for inner, about in category.subcategories.items()]
        lines += ["", "Answer in JSON: first a short explanation, then the category"]
        if any(category.subcategories for category in self._taxonomy.values()):
            lines[-1] += " and its subcategory, null where none fits"
        if self.tags_at_most:
            lines[-1] += (
                f", then at most {self.tags_at_most} tags: coarse names of what is wanted or done, of one to three "
                "words each, such as 'spell checking' or 'trip planning'"
            )
        return "\n".join([*lines[:-1], f"{lines[-1]}."])

    def _schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {
            "explanation": {"type": "string", "maxLength": 300},
            "category": {"enum": list(self._taxonomy)},
        }
        inner = [name for category in self._taxonomy.values() for name in category.subcategories]
        if inner:
            properties["subcategory"] = {"enum": [*dict.fromkeys(inner), None]}
        if self.tags_at_most:
            item = {"type": "string", "maxLength": 40}
            properties["tags"] = {"type": "array", "items": item, "maxItems": self.tags_at_most}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


def _case(record: Record) -> str:
    return dialogue_of(record).script() or _case_of(record.fields)


def _case_of(fields: Mapping[str, Any]) -> str:
    dialogue = fields.get("dialogue")
    if isinstance(dialogue, Mapping) and isinstance(dialogue.get("script"), str):
        return str(dialogue["script"])
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if isinstance(value, str) and value)


NODE = Tagger
