"""How work is run: records walk the graph, and what becomes of them is kept."""

from dialoom.engine.report import Counts, Report
from dialoom.engine.run import run

__all__ = ["Counts", "Report", "run"]
