"""`call`: what a Python function of the user's returns."""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import orjson
from pydantic import Field, PrivateAttr

from dialoom.errors import RecordError, Rejected
from dialoom.graph.own_code import files_of, find_function
from dialoom.nodes._sampler import Asked, Sampler
from dialoom.nodes._thread import in_thread


class Called(Sampler):
    """What a function returns. It takes fields by their names, and `random`, a `random.Random` that it should draw
    with, so that the same recipe draws the same."""

    call: str = Field(description="`file.py:name`, beside the recipe.")

    asks = True

    _function: Callable[..., Any] | None = PrivateAttr(default=None)

    def reads(self) -> frozenset[str]:
        if self._function is None:
            return frozenset()
        return frozenset(
            each.name
            for each in inspect.signature(self._function).parameters.values()
            if each.name != "random"
            and each.default is each.empty
            and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        )

    def files(self) -> Iterable[Path]:
        return files_of(self.call)

    def prepare(self, folder: Path) -> None:
        self._function = find_function(self.call, folder)

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        raise NotImplementedError("it is asked")

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        assert self._function is not None, "prepare comes before run"
        parameters = inspect.signature(self._function).parameters
        takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        arguments = copy.deepcopy({name: known[name] for name in known if takes_all or name in parameters})
        if "random" in parameters:
            arguments["random"] = asked.random
        begun = monotonic()
        try:
            async with asyncio.timeout(asked.context.seconds_left()):
                made = await in_thread(self._function, arguments)
            return orjson.loads(orjson.dumps(made, option=orjson.OPT_SERIALIZE_NUMPY))
        except (Rejected, RecordError):
            raise
        except (Exception, SystemExit) as error:
            # Whatever the user's code raises is this record's failure and no other's.
            raise RecordError(f"{self.call} raised {type(error).__name__}: {error}") from error
        finally:
            asked.context.took(monotonic() - begun)


SAMPLER = Called
