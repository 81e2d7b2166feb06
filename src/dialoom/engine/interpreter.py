"""How Python runs while a run goes on: what its garbage collector looks at, and how often."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

# Objects made before the collector looks for cycles. A thousand records on their way come to tens of thousands, which
# it would look through in vain every second.
_OBJECTS_PER_COLLECTION = 100_000


@contextlib.contextmanager
def tuned() -> Iterator[None]:
    """Let the garbage collector look at less, and less often.

    The modules that are loaded come to hundreds of thousands of objects that stay; looking through them again and again
    takes a tenth of a fast run's time.
    """
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION, *threshold[1:])
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()
