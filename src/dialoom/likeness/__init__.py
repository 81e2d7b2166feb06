"""How like each other texts are, among many: by the word pairs they share (`near.py`), by meaning (`nearest.py`)."""
