"""Every way to write a model, and what is said of those that mean nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dialoom.errors import DialoomError
from dialoom.models import parse_model
from dialoom.models.backends.embedded import Embedded
from dialoom.models.backends.openai_compatible import OpenAICompatible
from dialoom.models.parse_model import SERVICES, UnknownModel


@pytest.mark.parametrize(
    ("written", "url", "model", "key"),
    [
        ("openai:gpt-5-mini", "https://api.openai.com/v1", "gpt-5-mini", "OPENAI_API_KEY"),
        ("ollama:llama3.1:8b", "http://127.0.0.1:11434/v1", "llama3.1:8b", None),
        ("vllm:Qwen/Qwen3-8B", "http://127.0.0.1:8000/v1", "Qwen/Qwen3-8B", None),
        ("openrouter:a/b:free", "https://openrouter.ai/api/v1", "a/b:free", "OPENROUTER_API_KEY"),
        ("http://gpu:8000/v1", "http://gpu:8000/v1", None, None),
        ("https://gpu/v1#m", "https://gpu/v1", "m", None),
        ({"from": "openai:gpt-5", "timeout": 9}, "https://api.openai.com/v1", "gpt-5", "OPENAI_API_KEY"),
        ({"from": "openai:gpt-5", "key": "MINE"}, "https://api.openai.com/v1", "gpt-5", "MINE"),
        ({"url": "http://a/v1", "model": "m"}, "http://a/v1", "m", None),
        ({"kind": "openai_compatible", "url": ["http://a/v1"]}, "http://a/v1", None, None),
    ],
)
def test_remote(written: Any, url: str, model: str | None, key: str | None) -> None:
    config = parse_model(written)
    assert isinstance(config, OpenAICompatible)
    assert (config.url, config.model, config.key) == ([url], model, key)


def test_every_service_has_a_short_form() -> None:
    for name, (url, key) in SERVICES.items():
        config = parse_model(f"{name}:m")
        assert isinstance(config, OpenAICompatible)
        assert (config.url, config.key) == ([url], key)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("embedded", None),
        ("embedded:/models/x.gguf", Path("/models/x.gguf")),
        ({"from": "embedded", "slots": 2}, None),
        ({"kind": "embedded", "path": "x.gguf"}, Path("x.gguf")),
    ],
)
def test_embedded(written: Any, path: Path | None) -> None:
    config = parse_model(written)
    assert isinstance(config, Embedded)
    assert config.path == path
    assert config.slots == (2 if isinstance(written, dict) and "slots" in written else Embedded().slots)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("opnai:gpt", "did you mean 'openai'"),
        ("embeded", "did you mean 'embedded'"),
        ("openai", "write openai:MODEL"),
        ("ollama:", "write ollama:MODEL"),
        ("localhost:8000/v1", "http://localhost:8000/v1"),
        ("10.0.0.5:8000/v1", "http://10.0.0.5:8000/v1"),
        ("weights/x.gguf", "write embedded:weights/x.gguf"),
        ("", "base URL"),
        ({"from": "mistrall:x"}, "did you mean 'mistral'"),
    ],
)
def test_a_name_that_means_nothing(written: Any, hint: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        parse_model(written)
    assert hint in str(caught.value.remedy)


def test_an_unknown_backend_is_suggested() -> None:
    with pytest.raises(DialoomError, match="did you mean 'embedded'"):
        parse_model({"kind": "embeded"})


@pytest.mark.parametrize(
    "written",
    [{"model": "m"}, {"url": []}, {"url": "http://a/v1", "tries": 0}, {"from": "embedded", "url": "http://a"}],
)
def test_wrong_fields(written: Any) -> None:
    with pytest.raises(ValidationError):
        parse_model(written)


def test_what_check_finds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)

    def said(written: Any) -> list[str]:
        return [str(problem) for problem in parse_model(written).problems(tmp_path)]

    assert said("http://a/v1") == []
    assert said({"url": "http://a/v1", "key": "NO_SUCH_KEY"}) == [
        "key: the environment variable NO_SUCH_KEY is not set (export NO_SUCH_KEY=...)"
    ]
    assert "is no base URL" in said({"url": "a:8000"})[0]
    assert "there is no file" in said("embedded:absent.gguf")[0]
    monkeypatch.setenv("NO_SUCH_KEY", "k")
    assert said({"url": "http://a/v1", "key": "NO_SUCH_KEY"}) == []


def test_a_key_in_the_recipe_is_not_repeated(tmp_path: Path) -> None:
    problems = parse_model({"url": "http://a/v1", "key": "sk-live-12345"}).problems(tmp_path)
    assert len(problems) == 1
    assert "sk-live" not in str(problems[0])
    assert "name" in str(problems[0].remedy)
