"""What everyone who works on a model's batches shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from dialoom.errors import EndpointError
from dialoom.models.batches.api import BatchApi
from dialoom.models.batches.patience import patiently
from dialoom.models.batches.settings import Batching
from dialoom.models.batches.store import BatchStore
from dialoom.models.endpoints import Endpoints
from dialoom.models.faults import Fault

T = TypeVar("T")
# Attempts at handing a batch in; at one that is handed in there is no last attempt.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Office:
    """A model's batches: the provider's side, our side, and who is told."""

    api: BatchApi
    store: BatchStore
    endpoints: Endpoints
    settings: Batching
    say: Callable[[str], None]

    async def do(self, attempt: Callable[[], Awaitable[T]], *, paid: bool) -> T:
        """What `attempt` brings in the end. Raises EndpointError where the provider refuses it, and Draining.

        Args:
            paid: what is asked for is paid already, so it is tried for as long as it takes.
        """
        try:
            return await patiently(attempt, self.endpoints, tries=None if paid else _TRIES, said=self._told)
        except Fault as fault:
            raise EndpointError(
                f"the batch API at {self.api.url} answers: {fault}",
                remedy="mend what it says, then run the same command again: batches that are under way are kept",
            ) from fault

    def _told(self, fault: Fault) -> None:
        self.say(f"the batch API at {self.api.url} does not answer now ({fault}); it is tried again")
