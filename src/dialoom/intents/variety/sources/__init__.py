"""Sources of variety: one module each, with `VARIETY`."""
