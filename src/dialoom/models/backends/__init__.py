"""Ways to reach a model: one module a backend, found by name through `BACKENDS`."""

from dialoom.models.config import ModelConfig
from dialoom.registry import Registry

BACKENDS: Registry[type[ModelConfig]] = Registry("dialoom.models.backends", "BACKEND", "model backend")

__all__ = ["BACKENDS"]
