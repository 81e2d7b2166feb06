"""What may be made to happen in a talk, one kind a file: what `steer` of a `converse` node names, in `HOOK`."""

from __future__ import annotations

from dialoom.nodes._steer import Hook
from dialoom.registry import Registry

HOOKS: Registry[type[Hook]] = Registry("dialoom.nodes.steering", "HOOK", "steering hook")
