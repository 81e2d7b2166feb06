"""Opening a model that is asked in batches, and what a model that is not should know of them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from dialoom.models.batches.chat import BatchedChat
from dialoom.models.batches.store import BatchStore
from dialoom.models.runstate import RunState


async def open_batched(identity: str, state: RunState, make: Callable[[BatchStore], BatchedChat]) -> BatchedChat:
    """The model called `identity`, back at its batches of earlier runs; the same for all its names in a recipe.

    Args:
        make: makes it, given its store.

    Raises EndpointError, StorageError and Draining.
    """
    folder = _folder(state, identity)
    known: BatchedChat | None = state.shared.get(str(folder))
    if known is not None:
        return known
    opened = make(BatchStore(folder))
    try:
        await opened.come_back()
    except BaseException:
        await opened.close()
        raise
    state.shared[str(folder)] = opened
    return opened


def tell_of_batches(identity: str, state: RunState) -> None:
    """Warn that requests of a model which is asked directly are under way in batches."""
    folder = _folder(state, identity)
    if not BatchStore.there(folder):
        return
    store = BatchStore(folder)
    under_way = sum(batch.size for batch in store.open_batches())
    store.close()
    if under_way:
        state.say(
            f"{under_way} requests are under way in batches; without `batch` they are asked again, and paid again"
        )


def _folder(state: RunState, identity: str) -> Path:
    return state.folder / f"batches-{blake2b(identity.encode(), digest_size=6).hexdigest()}"
