"""What a step can do: one module a node kind, found by its name; the class in it is `NODE`."""
