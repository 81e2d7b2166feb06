"""Who is asked: chat models behind one small protocol, their endpoints and limits, and the ledger of every call."""

from dialoom.models.caller import Caller, LedgeredAnswer
from dialoom.models.chat import ChatAnswer, ChatModel, ChatRequest, Message
from dialoom.models.config import ModelConfig
from dialoom.models.endpoints import Endpoints
from dialoom.models.ledger import Ledger
from dialoom.models.meter import Meter, Price
from dialoom.models.parse_model import parse_model

__all__ = [
    "Caller",
    "ChatAnswer",
    "ChatModel",
    "ChatRequest",
    "Endpoints",
    "Ledger",
    "LedgeredAnswer",
    "Message",
    "Meter",
    "ModelConfig",
    "Price",
    "parse_model",
]
