"""Handing a batch in, so that a kill at any moment makes it neither twice nor never."""

from __future__ import annotations

import asyncio
from time import time

from dialoom.models.batches.api import Batch
from dialoom.models.batches.office import Office
from dialoom.models.batches.pile import Pile
from dialoom.models.batches.store import OpenBatch
from dialoom.models.faults import Fault, FaultKind

# Seconds after which a batch that was asked for, and whose creation nobody confirmed, is in the provider's list or will
# never be.
SETTLING = 5.0


async def hand_in(office: Office, pile: Pile) -> Batch:
    """Upload a sealed pile that the store knows of, and create its batch. Raises EndpointError and Draining."""
    file_id = await office.do(lambda: office.api.upload(pile.path, pile.path.name), paid=False)
    await asyncio.to_thread(office.store.uploaded, pile.tag, file_id)
    begun = time()
    unsure = False

    async def create() -> Batch:
        nonlocal unsure
        if unsure:
            found = await office.api.find(pile.tag, file_id, begun)
            if found is not None:
                return found
        try:
            return await office.api.create(file_id, office.settings.window, pile.tag)
        except Fault as fault:
            if fault.retryable and fault.kind is not FaultKind.OVERLOADED:
                # It may have been created all the same.
                unsure = True
                fault.retry_after = max(SETTLING, fault.retry_after or 0.0)
            raise

    batch = await office.do(create, paid=False)
    await asyncio.to_thread(office.store.opened, pile.tag, batch.id)
    pile.drop()
    return batch


async def confirm(office: Office, intended: OpenBatch) -> OpenBatch | None:
    """A batch whose handing in was cut off, if the provider has it; None if it has not, and then it is forgotten."""
    if intended.file_id is not None and intended.asked_at is not None:
        file_id, asked_at = intended.file_id, intended.asked_at
        found = await office.do(lambda: office.api.find(intended.tag, file_id, asked_at), paid=True)
        if found is None and (left := asked_at + SETTLING - time()) > 0:
            await office.endpoints.pause(left)
            found = await office.do(lambda: office.api.find(intended.tag, file_id, asked_at), paid=True)
        if found is not None:
            await asyncio.to_thread(office.store.opened, intended.tag, found.id)
            return intended._replace(batch_id=found.id)
    await asyncio.to_thread(office.store.forget, intended.tag)
    return None
