"""What is made: turns, dialogues, message trees, personas, plans, lineage."""

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.lineage import Event, Lineage
from dialoom.dialogue.persona import Persona
from dialoom.dialogue.plan import CHARACTERISTICS, Plan
from dialoom.dialogue.script import read_script, write_script
from dialoom.dialogue.tree import Message, MessageTree
from dialoom.dialogue.turn import Slot, ToolCall, Turn

__all__ = [
    "CHARACTERISTICS",
    "Dialogue",
    "Event",
    "Lineage",
    "Message",
    "MessageTree",
    "Persona",
    "Plan",
    "Slot",
    "ToolCall",
    "Turn",
    "read_script",
    "write_script",
]
