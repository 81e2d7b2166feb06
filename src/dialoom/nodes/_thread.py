"""Users' functions that block, off the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any


async def in_thread(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """What `function` returns or raises, called in a thread of its own.

    A pool would be waited for at the end of the process, for ever where one function hangs; this thread ends with it.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def tell(result: Any, error: BaseException | None) -> None:
        if ended.done():
            return
        if error is None:
            ended.set_result(result)
        else:
            # A future takes no StopIteration, and others would end more than this function.
            plain = isinstance(error, (Exception, SystemExit)) and not isinstance(error, StopIteration)
            ended.set_exception(error if plain else RuntimeError(repr(error)))

    def work() -> None:
        result, failure = None, None
        try:
            result = context.run(function, **arguments)
        except BaseException as error:  # noqa: BLE001
            failure = error
        # The loop is closed where nobody waited any longer.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, result, failure)

    threading.Thread(target=work, name="function", daemon=True).start()
    return await ended
