"""How speakers are played, one kind a file: what `cast` of a `converse` node names, in `PART`."""

from __future__ import annotations

from dialoom.nodes._speaker import Part
from dialoom.registry import Registry

PARTS: Registry[type[Part]] = Registry("dialoom.nodes.parts", "PART", "part")
