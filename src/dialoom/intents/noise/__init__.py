"""Noise as people make it, at the rates at which real lines show it; labels and slot spans stay right."""

from dialoom.intents.noise._kind import KINDS, Noise
from dialoom.intents.noise.rates import Rates, fit_rates, roughen

__all__ = ["KINDS", "Noise", "Rates", "fit_rates", "roughen"]
