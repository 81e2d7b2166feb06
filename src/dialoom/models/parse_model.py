"""From what a recipe writes for a model, a short name or a mapping, to its configuration."""

from __future__ import annotations

import re
from typing import Any

from dialoom.errors import DialoomError, nearest
from dialoom.models.backends import BACKENDS
from dialoom.models.config import ModelConfig

# Services that speak OpenAI's protocol: base URL, and the variable their users keep the key in.
SERVICES = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "together": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "ollama": ("http://127.0.0.1:11434/v1", None),
    "vllm": ("http://127.0.0.1:8000/v1", None),
}


class UnknownModel(DialoomError):
    """A model name that means nothing to us."""

    exit_code = 2


def parse_model(value: str | dict[str, Any]) -> ModelConfig:
    """The configuration of a model.

    A string is `embedded`, `embedded:FILE.gguf`, `SERVICE:MODEL` (openai, ollama, vllm ...) or a base URL, with
    `#MODEL` after it where the server has several. A mapping names the same in `from:`, or gives `kind:` (default
    `openai_compatible`) and its fields. Raises UnknownModel, or pydantic.ValidationError on a wrong field.
    """
    if isinstance(value, str):
        return _from_name(value)
    fields = dict(value)
    if "from" in fields:
        base = _from_name(str(fields.pop("from")))
        return type(base).model_validate(base.model_dump(exclude_unset=True) | fields)
    return config_type(value).model_validate(fields)


def config_type(value: str | dict[str, Any]) -> type[ModelConfig]:
    """The kind of configuration that a model as written is read as. Raises UnknownModel or UnknownName."""
    if isinstance(value, str):
        return type(_from_name(value))
    if "from" in value:
        return type(_from_name(str(value["from"])))
    return BACKENDS.load(str(value.get("kind", "openai_compatible")))


def _from_name(name: str) -> ModelConfig:
    if name.startswith(("http://", "https://")):
        return BACKENDS.load("openai_compatible").from_name(name)
    head, _, rest = name.partition(":")
    if head in SERVICES:
        url, key = SERVICES[head]
        if not rest:
            raise UnknownModel(f"'{name}' names a service but no model", remedy=f"write {head}:MODEL")
        fields = {"kind": "openai_compatible", "url": url, "model": rest} | ({"key": key} if key else {})
        return BACKENDS.load("openai_compatible").model_validate(fields)
    if head in BACKENDS.names() and head != "openai_compatible":
        return BACKENDS.load(head).from_name(rest)
    raise UnknownModel(f"'{name}' is no model that dialoom knows", remedy=_remedy(name, head))


def _remedy(name: str, head: str) -> str:
    host, _, rest = name.partition("/")
    if name.endswith(".gguf"):
        return f"write embedded:{name}"
    if re.fullmatch(r"[\w.-]+:\d+", host) or (rest and "." in head) or head == "localhost":
        return f"a base URL begins with its scheme: http://{name}"
    known = [*BACKENDS.names(), *SERVICES]
    known.remove("openai_compatible")
    near = nearest(head, known) or ""
    return f"{near}{' or' if near.endswith('?') else '; or'} give a base URL such as http://127.0.0.1:8000/v1"
