"""How work is described: recipes, nodes and edges, and what can be known of them before a run."""
