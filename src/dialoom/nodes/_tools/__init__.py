"""What an agent can call: tools from functions, OpenAPI files and recipes, and the loop of calls and results."""

from dialoom.nodes._tools.entry import ToolEntry, ToolsField
from dialoom.nodes._tools.loop import Asking, Round, Worked, work
from dialoom.nodes._tools.toolbox import Toolbox

__all__ = ["Asking", "Round", "ToolEntry", "Toolbox", "ToolsField", "Worked", "work"]
