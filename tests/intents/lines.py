"""Lines for the tests of intents, made up here."""

from __future__ import annotations

from random import Random

_THINGS = {
    "lost_luggage": ["bag", "suitcase", "luggage", "backpack", "baggage"],
    "exchange_rate": ["dollars", "euros", "rupees", "yen", "pounds"],
    "weather": ["rain", "snow", "sun", "storm", "wind"],
    "play_music": ["song", "album", "playlist", "tune", "track"],
    "book_table": ["table", "restaurant", "reservation", "booth", "dinner"],
    "pay_bill": ["bill", "invoice", "rent", "electricity", "water"],
    "set_alarm": ["alarm", "timer", "reminder", "clock", "wake"],
    "translate": ["spanish", "french", "german", "word", "phrase"],
}
_MIDDLES = {
    "lost_luggage": ["my {} is missing", "airline lost my {}", "my {} never came at the airport"],
    "exchange_rate": ["rate for {}", "{} to pesos rate", "rate of {} today at the bank"],
    "weather": ["will {} come", "{} forecast", "is there {} outside this weekend"],
    "play_music": ["play that {}", "put on a {}", "next {} on the speaker"],
    "book_table": ["book a {}", "a {} for two", "get us a {} tonight"],
    "pay_bill": ["pay the {}", "the {} is due", "send money for the {} this month"],
    "set_alarm": ["set the {} for six", "{} at noon", "stop the {} in my bedroom"],
    "translate": ["say this {} abroad", "{} for goodbye", "how {} is spoken in words"],
}
_OPENERS = ["can you tell me", "i need to know", "please", "could you", "i want", "what about", "so", "hey"]


def real_lines(each: int = 40) -> dict[str, list[str]]:
    """Lines of eight intents."""
    random = Random(1)
    found: dict[str, list[str]] = {}
    for intent, things in _THINGS.items():
        lines: dict[str, None] = {}
        while len(lines) < each:
            said = random.choice(_MIDDLES[intent]).format(random.choice(things))
            lines[f"{random.choice(_OPENERS)} {said}"] = None
        found[intent] = list(lines)
    return found
