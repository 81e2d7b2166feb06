"""Kinds of noise: one module each, with `NOISE`."""
