"""dialoom makes dialogue data sets with language models.

```python
import dialoom

recipe = dialoom.Recipe("calls", models={"writer": "embedded"}, source=[{"topic": "lost luggage"}])
recipe.add("dialogue", "converse", speakers=["Caller", "Agent"], turns="6..8")
report = dialoom.run(recipe, "runs/calls")
for dialogue in dialoom.Corpus.open("runs/calls/corpus").dialogues():
    print(dialogue.script())
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dialoom.cli._views import progress as progress
    from dialoom.corpus import Corpus as Corpus
    from dialoom.dialogue import Dialogue as Dialogue
    from dialoom.dialogue import MessageTree as MessageTree
    from dialoom.dialogue import Persona as Persona
    from dialoom.dialogue import Plan as Plan
    from dialoom.dialogue import Turn as Turn
    from dialoom.engine import Report as Report
    from dialoom.engine import run as run
    from dialoom.errors import DialoomError as DialoomError
    from dialoom.errors import RecordError as RecordError
    from dialoom.errors import Rejected as Rejected
    from dialoom.graph.parse_recipe import load_recipe as load_recipe
    from dialoom.graph.recipe import Recipe as Recipe
    from dialoom.nodes._decorated import node as node

__version__ = "0.1.0"

# Loaded when first asked for, so that importing dialoom costs next to nothing.
_HOMES = {
    "Corpus": "dialoom.corpus",
    "Dialogue": "dialoom.dialogue",
    "MessageTree": "dialoom.dialogue",
    "Persona": "dialoom.dialogue",
    "Plan": "dialoom.dialogue",
    "Turn": "dialoom.dialogue",
    "Report": "dialoom.engine",
    "run": "dialoom.engine",
    "DialoomError": "dialoom.errors",
    "RecordError": "dialoom.errors",
    "Rejected": "dialoom.errors",
    "load_recipe": "dialoom.graph.parse_recipe",
    "Recipe": "dialoom.graph.recipe",
    "node": "dialoom.nodes._decorated",
    "progress": "dialoom.cli._views",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dialoom' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
