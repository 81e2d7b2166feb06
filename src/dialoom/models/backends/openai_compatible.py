"""Any server that speaks OpenAI's chat completion protocol."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from dialoom.errors import DialoomError, EndpointError, Place
from dialoom.models.batches.settings import Batching, read_batching
from dialoom.models.chat import ChatModel
from dialoom.models.config import ModelConfig
from dialoom.models.endpoints import Endpoints
from dialoom.models.runstate import RunState


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class OpenAICompatible(ModelConfig):
    """A model behind one or several base URLs that speak OpenAI's protocol (vLLM, llama.cpp, Ollama, OpenAI ...)."""

    NOT_CONTENT: ClassVar[frozenset[str]] = ModelConfig.NOT_CONTENT | {
        "key",
        "key_header",
        "concurrency",
        "timeout",
        "tries",
        "outage",
        "batch",
    }

    kind: Literal["openai_compatible"] = "openai_compatible"
    url: Annotated[list[str], BeforeValidator(_as_list, json_schema_input_type=str | list[str])] = Field(
        description="Base URL or URLs, such as http://127.0.0.1:8000/v1; calls are balanced over several.", min_length=1
    )
    model: str | None = Field(default=None, description="The model's name; left out, the server's first model.")
    key: str | None = Field(default=None, description="Name of the environment variable that holds the key.")
    key_header: str = Field(
        default="Authorization", description="The header that the key goes into; Azure's is `api-key`."
    )
    concurrency: int = Field(default=64, ge=1, description="Most calls in flight per URL; fewer if it complains.")
    timeout: float = Field(default=300.0, gt=0, description="Seconds for one attempt at a call.")
    tries: int = Field(default=10, ge=1, description="Attempts at one call.")
    outage: float = Field(
        default=600.0, ge=0, description="Seconds that all URLs may be down, while the run pauses, before it stops."
    )
    grammar: Literal["auto", "none", "grammar", "guided_grammar"] = Field(
        default="auto", description="The field that the server takes a GBNF grammar in; auto asks its list of models."
    )
    structured: Literal["auto", "prompt"] = Field(
        default="auto", description="`prompt` never sends a JSON schema natively, `auto` finds out."
    )
    tools: Literal["auto", "prompt"] = Field(
        default="auto",
        description="`prompt` tells tools in words and takes calls as JSON, `auto` where the server refuses them.",
    )
    same_as: str | None = Field(
        default=None,
        description="A name for this model in the ledger instead of URL and model, so that answers survive a move.",
    )

    batch: Annotated[Batching | None, BeforeValidator(read_batching, json_schema_input_type=bool | Batching | None)] = (
        Field(
            default=None,
            description="Ask through the provider's batch API: cheaper, answered within hours. `true`, or settings.",
        )
    )

    @classmethod
    def from_name(cls, name: str) -> OpenAICompatible:
        url, _, model = name.partition("#")
        return cls(url=[url], model=model or None)

    def content(self) -> dict[str, Any]:
        content = super().content()
        if self.same_as is not None:
            del content["url"], content["model"]
        if self.tools == "auto":
            # As it was before models could be given tools, so that the recipe stays the same.
            del content["tools"]
        return content

    @property
    def batched(self) -> bool:
        return self.batch is not None

    def at_once(self) -> OpenAICompatible:
        return self.model_copy(update={"batch": None})

    def problems(self, folder: Path) -> list[DialoomError]:
        found: list[DialoomError] = []
        for url in self.url:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                found.append(
                    DialoomError(
                        f"'{url}' is no base URL", place=Place(field="url"), remedy="write http://HOST:PORT/v1"
                    )
                )
        if self.batch is not None and len(self.url) > 1:
            found.append(
                DialoomError(
                    "batches go to one base URL, and here are several",
                    place=Place(field="url"),
                    remedy="name one, or leave `batch` out",
                )
            )
        if self.key and not self.key.isidentifier():
            # Not shown: it may be the key itself.
            found.append(
                DialoomError(
                    "this is no name of an environment variable",
                    place=Place(field="key"),
                    remedy="name the variable that holds the key, and keep the key itself out of the recipe",
                )
            )
        elif self.key and not os.environ.get(self.key):
            found.append(
                DialoomError(
                    f"the environment variable {self.key} is not set",
                    place=Place(field="key"),
                    remedy=f"export {self.key}=...",
                )
            )
        return found

    async def open(self, endpoints: Endpoints, folder: Path, state: RunState) -> ChatModel:
        from dialoom.models.batches.api import BatchApi
        from dialoom.models.batches.chat import BatchedChat
        from dialoom.models.batches.office import Office
        from dialoom.models.batches.opening import open_batched, tell_of_batches
        from dialoom.models.batches.store import BatchStore
        from dialoom.models.openai_chat import OpenAIChat, Patience
        from dialoom.models.post import Post
        from dialoom.models.server import ServerList, open_client

        urls = [url.rstrip("/") for url in self.url]
        client = open_client(os.environ.get(self.key) if self.key else None, self.key_header)
        try:
            server = await ServerList.ask(client, urls)
        except EndpointError:
            await client.close()
            raise
        model = self.model or server.first_model or "default"
        dialect = server.dialect()
        if self.grammar != "auto":
            dialect.grammar = self.grammar
        dialect.native_schema = self.structured == "auto"
        dialect.native_tools = self.tools == "auto"
        identity = self._identity(urls, model)
        if self.batch is not None:
            await client.close()
            batching = self.batch

            def make(store: BatchStore) -> BatchedChat:
                api = BatchApi(urls[0], os.environ.get(self.key) if self.key else None, self.timeout)
                return BatchedChat(
                    office=Office(api, store, endpoints, batching, state.say),
                    model=model,
                    dialect=dialect,
                    identity=identity,
                    params=self.params,
                    state=state,
                )

            return await open_batched(identity, state, make)
        tell_of_batches(identity, state)
        return OpenAIChat(
            send=Post(client),
            endpoints=endpoints,
            urls=[endpoints.get(url, self.concurrency, server.round_trip) for url in urls],
            model=model,
            dialect=dialect,
            identity=identity,
            params=self.params,
            patience=Patience(tries=self.tries, timeout=self.timeout, outage=self.outage),
        )

    def _identity(self, urls: list[str], model: str) -> str:
        name = self.same_as or f"{' '.join(sorted(urls))} {model}"
        told = " schema told in words" if self.structured == "prompt" else ""
        told += " tools told in words" if self.tools == "prompt" else ""
        return f"{name}{told}{self.own_params()}"


BACKEND = OpenAICompatible
