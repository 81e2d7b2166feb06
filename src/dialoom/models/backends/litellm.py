"""Anthropic, Google, Azure, Bedrock and a hundred others, through LiteLLM."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Literal

import orjson
from pydantic import Field, model_validator

from dialoom.errors import DialoomError, MissingExtra, Place
from dialoom.models.chat import ChatAnswer, ChatModel, NotACompletion, read_completion
from dialoom.models.config import ModelConfig
from dialoom.models.endpoints import Endpoint, Endpoints
from dialoom.models.faults import Fault, FaultKind, fault_of
from dialoom.models.price import Price
from dialoom.models.runstate import RunState

_NOT_INSTALLED = MissingExtra(
    "models by litellm: need LiteLLM, which is not installed", remedy="pip install 'dialoom[litellm]'"
)
_PRICES = "model_prices_and_context_window_backup.json"


class LiteLLM(ModelConfig):
    """A model of any provider that LiteLLM knows, by its name there: `litellm:anthropic/claude-haiku-4-5`.

    Its keys are read from the provider's usual environment variables, and its price is that of LiteLLM's table where
    the recipe gives none.
    """

    NOT_CONTENT: ClassVar[frozenset[str]] = ModelConfig.NOT_CONTENT | {
        "key",
        "concurrency",
        "timeout",
        "tries",
        "outage",
    }

    kind: Literal["litellm"] = "litellm"
    model: str = Field(description="Provider and model as LiteLLM names them, such as anthropic/claude-haiku-4-5.")
    url: str | None = Field(default=None, description="Base URL, where it is not the provider's usual one.")
    key: str | None = Field(
        default=None, description="Name of the environment variable that holds the key; left out, the provider's own."
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="What else LiteLLM takes for this provider, such as api_version or aws_region_name.",
    )
    concurrency: int = Field(default=64, ge=1, description="Most calls in flight; fewer if the provider complains.")
    timeout: float = Field(default=300.0, gt=0, description="Seconds for one attempt at a call.")
    tries: int = Field(default=10, ge=1, description="Attempts at one call.")
    outage: float = Field(
        default=600.0, ge=0, description="Seconds that it may be down, while the run pauses, before it stops."
    )
    structured: Literal["auto", "prompt"] = Field(
        default="auto", description="`prompt` never sends a JSON schema natively, `auto` where LiteLLM knows it to."
    )
    same_as: str | None = Field(default=None, description="A name for this model in the ledger instead of its own.")

    @classmethod
    def from_name(cls, name: str) -> LiteLLM:
        return cls(model=name)

    @model_validator(mode="after")
    def _priced(self) -> LiteLLM:
        if self.price is None and (price := _price(self.model)) is not None:
            self.price = price
            # Another model in its place has another price.
            self.model_fields_set.discard("price")
        return self

    def problems(self, folder: Path) -> list[DialoomError]:
        if importlib.util.find_spec("litellm") is None:
            return [_NOT_INSTALLED]
        if not self.model:
            what = "litellm: stands before the name of a provider and a model"
            return [DialoomError(what, remedy="write litellm:anthropic/claude-haiku-4-5")]
        return list(self._problems())

    def _problems(self) -> Iterator[DialoomError]:
        litellm = _load()
        try:
            litellm.get_llm_provider(self.model)
        except litellm.exceptions.BadRequestError:
            yield DialoomError(
                f"LiteLLM knows no provider for '{self.model}'",
                place=Place(field="model"),
                remedy="write PROVIDER/MODEL, such as anthropic/claude-haiku-4-5 or bedrock/NAME",
            )
            return
        if self.key is not None:
            if not os.environ.get(self.key):
                # Not shown unless it can be a name: it may be the key itself.
                name = self.key if self.key.isidentifier() else "named here"
                yield DialoomError(
                    f"the environment variable {name} is not set",
                    place=Place(field="key"),
                    remedy="export it, and keep the key itself out of the recipe",
                )
            return
        told = {f"AZURE_{name.upper()}" for name in self.options} | {name.upper() for name in self.options}
        told |= {name for name in _BASES if self.url is not None}
        # Of several names for one key, any is enough, and LiteLLM counts that as found.
        missing = [
            name
            for name in litellm.validate_environment(self.model)["missing_keys"]
            if name not in told and not self._other_way(name)
        ]
        if missing:
            yield DialoomError(
                f"the environment variable {' or '.join(missing)} is not set"
                if all("API_KEY" in name for name in missing)
                else f"these environment variables are not set: {', '.join(missing)}",
                place=Place(field="model"),
                remedy=f"export {missing[0]}=..., or name the variable that holds the key in `key:`",
            )

    def _other_way(self, missing: str) -> bool:
        """Whether a cloud's own ways to its credentials, such as profiles and roles, may stand for a variable."""
        for prefix, (options, variables, folder) in _CLOUDS.items():
            if missing.startswith(prefix):
                given = any(name.startswith(options) for name in self.options)
                return given or any(map(os.environ.get, variables)) or Path(folder).expanduser().exists()
        return False

    async def open(self, endpoints: Endpoints, folder: Path, state: RunState) -> ChatModel:
        from dialoom.models.dialect import Dialect
        from dialoom.models.openai_chat import OpenAIChat, Patience

        litellm = _load()
        name = self.url or f"litellm:{self.model}"
        native = self.structured == "auto" and litellm.supports_response_schema(self.model)
        told = "" if self.structured == "auto" else " schema told in words"
        options = f" {orjson.dumps(self.options, option=orjson.OPT_SORT_KEYS).decode()}" if self.options else ""
        where = f"{self.url} " if self.url else ""
        identity = f"{self.same_as or f'litellm {where}{self.model}{options}'}{told}{self.own_params()}"
        key = os.environ.get(self.key) if self.key else None
        return OpenAIChat(
            send=Completion(litellm, self.url, key, self.options),
            endpoints=endpoints,
            urls=[endpoints.get(name, self.concurrency)],
            model=self.model,
            dialect=Dialect(native_schema=native),
            identity=identity,
            params=self.params,
            patience=Patience(tries=self.tries, timeout=self.timeout, outage=self.outage),
        )


class Completion:
    """Sends through LiteLLM, without its retries (a Send)."""

    def __init__(self, litellm: Any, url: str | None, key: str | None, options: Mapping[str, Any]) -> None:
        self._litellm = litellm
        self._given = {"api_base": url, "api_key": key, **options}

    async def __call__(self, endpoint: Endpoint, body: Mapping[str, Any], seconds: float) -> ChatAnswer:
        sent_at = monotonic()
        try:
            answer = await self._litellm.acompletion(
                **body, **self._given, timeout=seconds, num_retries=0, max_retries=0, drop_params=True
            )
        except Exception as error:
            raise self._fault(error, seconds) from error
        raw = answer.model_dump_json(exclude_none=True).encode()
        try:
            return read_completion(raw, monotonic() - sent_at)
        except NotACompletion as error:
            raise Fault(FaultKind.BROKEN, str(error)) from error

    def _fault(self, error: Exception, seconds: float) -> Fault:
        """What an exception of LiteLLM means. Each carries the status of the provider, or of what is like it."""
        said = str(error)
        if isinstance(error, self._litellm.exceptions.Timeout):
            return Fault(FaultKind.TIMED_OUT, f"no answer within {seconds:g} s: {said:.200}")
        if any(type(cause).__name__ in _NO_CONNECTION for cause in _causes(error)):
            return Fault(FaultKind.UNREACHABLE, f"cannot connect: {said:.200}")
        status = getattr(error, "status_code", None)
        if not isinstance(status, int):
            # A fault in LiteLLM itself, about this question or its answer.
            return Fault(FaultKind.REFUSED, f"{type(error).__name__}: {said:.300}")
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        return fault_of(status, orjson.dumps({"message": said}), headers.get("retry-after"))

    async def close(self) -> None:
        """Close the connections of this loop: LiteLLM keeps them by the loop's number, which the next one may have."""
        import asyncio

        mine = f"-{id(asyncio.get_running_loop())}"
        kept: dict[str, Any] = getattr(self._litellm.in_memory_llm_clients_cache, "cache_dict", {})
        for name in [name for name in kept if name.endswith(mine)]:
            client = kept.pop(name)
            close = getattr(client, "close", None) or getattr(client, "aclose", None)
            if close is not None and asyncio.iscoroutinefunction(close):
                await close()


_BASES = ("AZURE_API_BASE", "OPENAI_API_BASE", "OLLAMA_API_BASE")
# By how a cloud's variables begin: how its options do, variables that lead to credentials, and where they are kept.
_CLOUDS = {
    "AWS_": ("aws_", ("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), "~/.aws"),
    "VERTEXAI_": (
        "vertex_",
        ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"),
        "~/.config/gcloud/application_default_credentials.json",
    ),
}
_NO_CONNECTION = ("ConnectError", "ConnectTimeout", "ClientConnectorError")


def _load() -> Any:
    # Else it fetches its table of prices from the network as it is imported.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        litellm: Any = importlib.import_module("litellm")
    except ImportError as error:
        raise _NOT_INSTALLED from error
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


@cache
def _table(file: Path) -> Mapping[str, Mapping[str, Any]]:
    return orjson.loads(file.read_bytes()) if file.is_file() else {}


def _price(model: str) -> Price | None:
    """What LiteLLM's table says, which is read without importing LiteLLM: that takes seconds."""
    spec = importlib.util.find_spec("litellm")
    table: dict[str, Any] = {}
    for folder in (spec.submodule_search_locations if spec else None) or ():
        table |= _table(Path(folder) / _PRICES)
    held = table.get(model) or table.get(model.partition("/")[2])
    if not held or "input_cost_per_token" not in held:
        return None
    each = (float(held.get(f"{what}_cost_per_token") or 0.0) * 1e6 for what in ("input", "output"))
    return Price(input=next(each), output=next(each))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


BACKEND = LiteLLM
