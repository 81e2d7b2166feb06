"""When a further round is not worth it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def noise_of(gain: Mapping[str, Any]) -> float:
    """Half the width of a gain's interval; 0 where there is none."""
    if gain.get("low") is None or gain.get("high") is None:
        return 0.0
    return float(gain["high"] - gain["low"]) / 2


def why_stop(number: int, rounds: int, gain: Mapping[str, Any], new: int) -> str | None:
    """Why no round follows, in words; None where one does.

    The first round is counted from the best free arm and alone stops nothing: what it asked for is part of the quota.

    Args:
        gain: of this round over the one before.
        new: lines that came in by this round.
    """
    value, noise = float(gain.get("value") or 0.0), noise_of(gain)
    if number > 1 and not new:
        return "point of diminishing return: no new line came through"
    if number > 1 and value <= noise:
        return (
            f"point of diminishing return: round {number} gained {100 * value:+.1f} points on the validation data, "
            f"no more than the noise of {100 * noise:.1f}"
        )
    if number >= rounds:
        return f"all {rounds} rounds that were asked for are done"
    return None
