"""Kinds of negatives: one module each, with `NEGATIVE`."""
