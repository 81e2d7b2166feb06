"""What a recipe says of tools and their use, for every node and part that has some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr

from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.context import JSON_TRIES
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.models.tools_in_words import CHOICES
from dialoom.nodes._tools.entry import ToolsField
from dialoom.nodes._tools.toolbox import Toolbox
from dialoom.nodes._tools.use import Manner


class HasTools(PlainNumbers):
    """Fields of what uses tools."""

    tools: ToolsField = Field(
        description="The tools: functions (`file.py:name`), files (OpenAPI 3, or definitions), or tools written out."
    )
    tool_choice: str = Field(
        default="auto",
        description="The first step: `auto`, `required` (call some tool), `none`, or the name of the tool to call.",
    )
    steps: int = Field(default=6, ge=1, description="Rounds of calls before it has to answer.")
    tries: int = Field(
        default=JSON_TRIES, ge=1, description="How often, in all, one answer is asked for until its calls fit."
    )
    tool_seconds: float = Field(default=30.0, gt=0, description="Seconds that a function may take for a call.")
    simulator: str | None = Field(
        default=None, description="The model that plays tools without a function; left out, the one that calls them."
    )
    world: Template | None = Field(
        default=None, description="What simulated tools know: read by the model that plays them, before each call."
    )

    _toolbox: Toolbox | None = PrivateAttr(default=None)

    @property
    def toolbox(self) -> Toolbox:
        """The tools, once they are read."""
        assert self._toolbox is not None, "prepare comes before use"
        return self._toolbox

    def read_tools(self, folder: Path) -> None:
        """Read the tools; what is wrong with them is told by `tool_problems`."""
        self._toolbox = Toolbox(self.tools, folder, self.tool_seconds)

    def tool_problems(self) -> Iterable[DialoomError]:
        """What is wrong with them."""
        if self._toolbox is None:
            return
        yield from self._toolbox.problems
        known = [*self._toolbox.tools, *CHOICES]
        if self.tool_choice not in known and not self._toolbox.problems:
            what = f"'{self.tool_choice}' is no tool, and none of {', '.join(CHOICES)}"
            yield DialoomError(what, place=Place(field="tool_choice"), remedy=nearest(self.tool_choice, known))

    def tool_models(self) -> Mapping[str, str]:
        """The models that play tools: {where: model name}."""
        named = {f"tools[{index}].model": tool.model for index, tool in enumerate(self.tools) if tool.model is not None}
        return named | ({"simulator": self.simulator} if self.simulator is not None else {})

    def definitions(self) -> list[dict[str, Any]]:
        """What a model is told of them, in OpenAI's form; nothing before they are read."""
        return self._toolbox.definitions() if self._toolbox is not None else []

    def plays(self) -> bool:
        """Whether a model plays one of them."""
        return any(tool.function is None for tool in self.tools)

    def tool_code(self) -> str:
        """The source of functions that were given in Python."""
        return "\n".join(filter(None, (tool.code() for tool in self.tools)))

    def manner(self, model: str, params: Mapping[str, Any], variables: Mapping[str, Any]) -> Manner:
        """How `model` uses them for a record with these fields."""
        return Manner(
            model=model,
            simulator=self.simulator or model,
            params=params,
            world=self.world.render(variables) if self.world is not None else "",
            steps=self.steps,
            tries=self.tries,
            choice=self.tool_choice,
        )
