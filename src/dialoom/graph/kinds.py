"""The node kinds by name. They live in a room above this one, which is why they are found by name."""

from dialoom.graph.node import Node
from dialoom.registry import Registry

KINDS: Registry[type[Node]] = Registry("dialoom.nodes", "NODE", "node kind")
