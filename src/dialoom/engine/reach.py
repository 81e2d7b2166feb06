"""A target that is out of reach: telling so, and remembering it."""

from __future__ import annotations

from dialoom.engine.seedlog import SeedLog
from dialoom.engine.seeds import Seeds
from dialoom.errors import BoundReached


def out_of_reach(wanted: int, seeds: int, *, earlier: bool = False) -> BoundReached:
    """The error for a target when nothing was kept of so many seeds in a row, in this run or an earlier one."""
    when = "; an earlier run found that, and neither the recipe nor the source has changed since" if earlier else ""
    return BoundReached(
        f"the target of {wanted:,} is out of reach: nothing was kept of the last {seeds} seeds{when}",
        remedy="see why with `dialoom rejects`; the gate or the prompts have to change, or go on with --force",
    )


def look_back(log: SeedLog, seeds: Seeds, wanted: int | None, *, force: bool) -> None:
    """Raises BoundReached where an earlier run found that no target will be reached, and nothing has changed since.

    Args:
        force: forget what was found, and try again.
    """
    found = log.out_of_reach()
    if found is None:
        return
    source, barren = found
    if wanted is None or force or source != seeds.fingerprint():
        log.forget_out_of_reach()
        return
    raise out_of_reach(wanted, barren, earlier=True)
