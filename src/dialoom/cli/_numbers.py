"""Numbers as people read them."""

from __future__ import annotations


def count(value: float) -> str:
    """12345 as `12,345`."""
    return f"{value:,.0f}"


def between(least: int, most: int) -> str:
    """`4`, or `4..12`."""
    return count(least) if least == most else f"{count(least)}..{count(most)}"


def rate(value: float) -> str:
    """A number with the digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def money(value: float | None) -> str:
    """An amount in the currency of the recipe's prices; `-` where no price is known."""
    if value is None:
        return "-"
    return f"{value:,.2f}" if value >= 1 or value == 0 else f"{value:.4f}"


def duration(seconds: float) -> str:
    """`42 s`, `3:05` or `1:02:03`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def seconds(value: float | None) -> str:
    """A latency, as `86 ms` or `2.31 s`; `-` where there was none."""
    if value is None:
        return "-"
    return f"{value:.0f} s" if value >= 100 else f"{value:.3g} s" if value >= 1 else f"{1000 * value:.0f} ms"


def short(value: float) -> str:
    """12345678 as `12.3M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):.3g}{letter}"
    return count(value)
