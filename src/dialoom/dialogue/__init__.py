"""What is made: turns, dialogues, message trees, preference pairs, personas, plans, lineage."""

from dialoom.dialogue.assembly import assemble
from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.lineage import Event, Lineage
from dialoom.dialogue.merging import merge
from dialoom.dialogue.message import Message
from dialoom.dialogue.persona import Persona
from dialoom.dialogue.plan import CHARACTERISTICS, Plan
from dialoom.dialogue.preference import PreferencePair, pairs_of
from dialoom.dialogue.script import read_script, write_script
from dialoom.dialogue.tree import MessageTree, flatten
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
    "PreferencePair",
    "Slot",
    "ToolCall",
    "Turn",
    "assemble",
    "flatten",
    "merge",
    "pairs_of",
    "read_script",
    "write_script",
]
