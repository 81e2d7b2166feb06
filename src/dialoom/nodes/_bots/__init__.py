"""Bots behind HTTP: how a message is put to one, how its answer is read, and what can go wrong."""

from dialoom.nodes._bots.shape import SHAPES, Heard, Shape, read_shape
from dialoom.nodes._bots.wire import Failure, Wire

__all__ = ["SHAPES", "Failure", "Heard", "Shape", "Wire", "read_shape"]
