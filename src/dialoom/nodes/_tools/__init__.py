"""What an agent can call: tools from functions, OpenAPI files and recipes, and the loop of calls and results."""

from dialoom.nodes._tools.settings import HasTools
from dialoom.nodes._tools.use import Manner, Talk, Used, messages_of_round, use_tools

__all__ = ["HasTools", "Manner", "Talk", "Used", "messages_of_round", "use_tools"]
