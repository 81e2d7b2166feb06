"""What a recipe says of a model, whichever backend answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal

import orjson
from pydantic import ConfigDict, Field

from dialoom.errors import DialoomError
from dialoom.models.chat import ChatModel
from dialoom.models.endpoints import Endpoints
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.models.price import Price
from dialoom.models.runstate import RunState


class ModelConfig(PlainNumbers, ABC):
    """A model as configured. A backend is a subclass in a module of `dialoom.models.backends`."""

    model_config = ConfigDict(extra="forbid")

    # Fields that cannot alter an answer.
    NOT_CONTENT: ClassVar[frozenset[str]] = frozenset({"price"})

    kind: str
    params: dict[str, Any] = Field(
        default_factory=dict, description="Sampling parameters for every call, under their OpenAI names."
    )
    price: Price | None = Field(default=None, description="Money per million tokens.")
    thoughts: Literal["apart", "in_text"] = Field(
        default="apart",
        description="What becomes of reasoning that stands before an answer as <think>...</think>: kept apart from it, "
        "or left in the text.",
    )

    @classmethod
    @abstractmethod
    def from_name(cls, name: str) -> ModelConfig:
        """The configuration that a short form such as `embedded:/models/x.gguf` stands for, given what follows the
        colon (empty if nothing does)."""

    def content(self) -> dict[str, Any]:
        """What of it can alter an answer."""
        return self.model_dump(mode="json", exclude=set(self.NOT_CONTENT))

    def own_params(self) -> str:
        """The parameters of every call, as a part of the identity: they are in no request and alter its answer."""
        return f" {orjson.dumps(self.params, option=orjson.OPT_SORT_KEYS).decode()}" if self.params else ""

    @property
    def batched(self) -> bool:
        """Whether its answers come from a provider's batches, hours later."""
        return False

    def at_once(self) -> ModelConfig:
        """The same model, asked in the way that answers soonest."""
        return self

    @abstractmethod
    def problems(self, folder: Path) -> list[DialoomError]:
        """What would keep this model from answering, found without any call. `folder` is where relative paths start."""

    @abstractmethod
    async def open(self, endpoints: Endpoints, folder: Path, state: RunState) -> ChatModel:
        """The model, ready to be asked. Raises EndpointError or MissingExtra.

        Args:
            endpoints: the endpoints of the run, whose slots all its models share.
            folder: where relative paths of the recipe start.
            state: what else of the run a backend may use, such as a place for its files.
        """
