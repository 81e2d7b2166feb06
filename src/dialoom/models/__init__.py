"""Who is asked: chat models behind one small protocol, their endpoints and limits, and the ledger of every call."""

from dialoom.models.budget import Budget, Purse
from dialoom.models.caller import Caller, LedgeredAnswer
from dialoom.models.chat import AskedCall, ChatAnswer, ChatModel, ChatRequest, Message, Token
from dialoom.models.config import ModelConfig
from dialoom.models.endpoints import Endpoints
from dialoom.models.ledger import Ledger, ReadLedger
from dialoom.models.meter import Meter
from dialoom.models.observer import Observer
from dialoom.models.parse_model import parse_model
from dialoom.models.price import Price
from dialoom.models.runstate import Left, RunState
from dialoom.models.tally import Tally

__all__ = [
    "AskedCall",
    "Budget",
    "Caller",
    "ChatAnswer",
    "ChatModel",
    "ChatRequest",
    "Endpoints",
    "Ledger",
    "LedgeredAnswer",
    "Left",
    "Message",
    "Meter",
    "ModelConfig",
    "Observer",
    "Price",
    "Purse",
    "ReadLedger",
    "RunState",
    "Tally",
    "Token",
    "parse_model",
]
