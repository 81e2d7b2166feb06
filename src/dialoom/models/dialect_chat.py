"""What every chat model behind OpenAI's protocol says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialoom.models.dialect import Dialect


class DialectChat:
    """A model on a server of some dialect, asked at once or in batches."""

    def __init__(self, *, model: str, dialect: Dialect, identity: str, params: Mapping[str, Any]) -> None:
        self._model = model
        self._dialect = dialect
        self._identity = identity
        self._params = params

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def takes_grammar(self) -> bool:
        return self._dialect.takes_grammar
