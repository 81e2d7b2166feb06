"""Personal data in dialogues: found by kind, replaced consistently."""

from dialoom.quality.privacy._find import Found, find_personal
from dialoom.quality.privacy._kind import KINDS, Kind
from dialoom.quality.privacy.redact import Redactor, Style

__all__ = ["KINDS", "Found", "Kind", "Redactor", "Style", "find_personal"]
