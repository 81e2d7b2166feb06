"""llama.cpp inside this process: no endpoint, no key, no network."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from dialoom.errors import DialoomError, EndpointError, MissingExtra, Place
from dialoom.models.attempts import Attempts
from dialoom.models.chat import ChatAnswer, ChatModel, ChatRequest
from dialoom.models.config import ModelConfig
from dialoom.models.endpoints import Endpoints
from dialoom.models.runstate import RunState
from dialoom.models.weights import find_weights, fingerprint

_NOT_INSTALLED = MissingExtra(
    "the embedded model needs xllamacpp, which is not installed", remedy="pip install 'dialoom[embedded]'"
)
_NO_WEIGHTS = MissingExtra("the weights of the embedded model are not here", remedy="run: dialoom models pull")


class Embedded(ModelConfig):
    """A GGUF file served by llama.cpp in this process; by default SmolLM2-135M-Instruct."""

    NOT_CONTENT: ClassVar[frozenset[str]] = ModelConfig.NOT_CONTENT | {"slots", "threads", "timeout"}

    kind: Literal["embedded"] = "embedded"
    path: Path | None = Field(default=None, description="A GGUF file; left out, SmolLM2-135M-Instruct.")
    slots: int = Field(
        default=4,
        ge=1,
        description="Answers made side by side. More of them evaluate shared prompts more often, each for itself.",
    )
    context: int = Field(default=2048, ge=256, description="Tokens of context for each slot.")
    threads: int | None = Field(default=None, ge=1, description="CPU threads; left out, one for each core.")
    timeout: float = Field(default=600.0, gt=0, description="Seconds for one call.")

    @classmethod
    def from_name(cls, name: str) -> Embedded:
        return cls(path=Path(name)) if name else cls()

    def problems(self, folder: Path) -> list[DialoomError]:
        if importlib.util.find_spec("xllamacpp") is None:
            return [_NOT_INSTALLED]
        if self.path is not None and not (folder / self.path).is_file():
            return [
                DialoomError(
                    f"there is no file {folder / self.path}",
                    place=Place(field="path"),
                    remedy="give the path of a GGUF file",
                )
            ]
        if self.path is None and find_weights() is None:
            return [_NO_WEIGHTS]
        return []

    async def open(self, endpoints: Endpoints, folder: Path, state: RunState) -> ChatModel:
        from dialoom.models.dialect import Dialect
        from dialoom.models.openai_chat import OpenAIChat, Patience
        from dialoom.models.post import Post
        from dialoom.models.server import open_client

        weights = folder / self.path if self.path else find_weights()
        if weights is None:
            raise _NO_WEIGHTS
        server = self._serve(weights)
        chat = OpenAIChat(
            send=Post(open_client(None)),
            endpoints=endpoints,
            urls=[endpoints.get(f"{server.listening_address}/v1", self.slots)],
            model=weights.stem,
            # Its own templates know no tools, and a grammar keeps a small model to the form.
            dialect=Dialect(grammar="grammar", native_tools=False),
            identity=f"embedded {weights.stem} {fingerprint(weights)} {self.context}{self.own_params()}",
            params=self.params,
            patience=Patience(tries=2, timeout=self.timeout),
        )
        return EmbeddedChat(chat, server)

    def _serve(self, weights: Path) -> Any:
        # How long llama.cpp's threads spin before they sleep, here some tens of microseconds. Where others use the
        # machine, what is waited for does not run while one spins: a millisecond's spinning at each of the hundreds of
        # waits for a token made answers ten times slower. Not at all, it is half as fast alone. OpenMP reads this once,
        # when it is loaded.
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        try:
            import xllamacpp
        except ImportError as error:
            raise _NOT_INSTALLED from error
        params = xllamacpp.CommonParams()
        params.model.path = str(weights)
        params.port = 0
        params.n_parallel = self.slots
        params.n_ctx = self.slots * self.context
        params.n_gpu_layers = -1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self.threads or os.cpu_count() or 1
        params.verbosity = -1
        params.warmup = False
        params.ui = False
        params.fit_params = False
        try:
            return xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            raise EndpointError(
                f"llama.cpp cannot load {weights}: {error}", remedy="is it a GGUF file, and is there enough memory?"
            ) from error


class EmbeddedChat:
    """The in-process server and the client that asks it (a ChatModel)."""

    def __init__(self, chat: ChatModel, server: Any) -> None:
        self._chat = chat
        self._server = server

    @property
    def identity(self) -> str:
        return self._chat.identity

    @property
    def takes_grammar(self) -> bool:
        return True

    @property
    def slots(self) -> int:
        return self._chat.slots

    async def ask(self, request: ChatRequest, attempts: Attempts | None = None) -> ChatAnswer:
        return await self._chat.ask(request, attempts)

    async def close(self) -> None:
        await self._chat.close()
        self._server = None


BACKEND = Embedded
