"""A small shop for an assistant to work in: each talk has the orders of its own record."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class Order(BaseModel):
    """An order."""

    number: str
    item: str
    state: Literal["open", "sent", "cancelled"]


def find_order(number: str, record: dict[str, Any]) -> Order:
    """Look up an order.

    Args:
        number: The order's number, such as A17.
    """
    orders: dict[str, Any] = record["orders"]
    name = number.strip().upper()
    if name not in orders:
        raise LookupError(f"there is no order {name}")
    return Order(number=name, **orders[name])


def cancel_order(number: str, record: dict[str, Any]) -> Order:
    """Cancel an order that has not been sent yet.

    Args:
        number: The order's number, such as A17.
    """
    order = find_order(number, record)
    if order.state == "sent":
        raise ValueError("it has been sent and cannot be cancelled")
    # The same for all calls of a talk, so the next one finds it cancelled.
    record["orders"][order.number]["state"] = order.state = "cancelled"
    return order
