"""Forms in which bots are spoken to, one a file, in `SHAPE`."""
