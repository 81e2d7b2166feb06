"""`leaked_markup` finds what a prompt or template left behind, and leaves real talk alone."""

from __future__ import annotations

import pytest

from tests.quality.talk import measure, talk

LEAKS = [
    "<dialogue>Hello there.",
    "See you.</dialogue>",
    '<span class="turn">Hello.</span>',
    "I am <name> from the hotel.",
    "Call <customer name> back.",
    "```json",
    "Hello [Your Name], this is the bank.",
    "My number is [phone number].",
    "Welcome to [Company Name]!",
    "Your booking [booking_id] is confirmed.",
    "Dear {{ customer }}, hello.",
    "Dear {customer_name}, hello.",
    "{% if polite %}Please.",
    "Fine.<|im_end|>",
    "<|im_start|>assistant",
    "[/INST] Sure, go on.",
    "<</SYS>> Good day.",
    "### Response",
    "# Dialogue 2",
    "That is **very** good.",
    "Speaker 1: I lost my bag.",
    "Person2: I lost my bag.",
    "#Person1#: I lost my bag.",
    "Okay, I will. Ben: Thank you!",
    "**Ann:** Where is it?",
    "Ann: Where is it?",
    "I see.\nben : Do you?",
    "User: where is it?",
    "As an AI language model, I cannot feel pain.",
    "I'm just a language model.",
    "As an AI, I have no hands.",
    "Goodbye. Summary: They say goodbye.",
    "Dialogue: Hello.",
    "Topic: lost luggage",
    "Bye! [End of dialogue]",
    "Here is a short dialogue between two friends:",
    'Fine. {"speaker": "Ann"',
    "Tom &amp; Jerry",
    "See [our page](https://example.org).",
    "---",
    "[MASK] Good day.",
    "Fine. [/thought]",
    "Is this [Nurse Name] speaking?",
    "It is [name of the airport].",
    "Wait. [the scene continues]",
    "Yes. *conversation ends*",
    "I see %customer_name% here.",
    "Dear __NAME__, hello.",
    "{'role': 'user'}",
    '"turn": 3, "done": true',
    "agent_reply: hello",
    "Good. # Setting and mood",
    "Turn 4: I see.",
    "I see. Guidelines: be brief.",
    "Tell me, Output: yes.",
    "<<USER>> hello",
]

CLEAN = [
    "It starts at 10:30, or 9:15 on Sundays.",
    "If a < b and c > d, then swap them.",
    "Write to joe.smith@example.com or <joe@example.com>.",
    "I love it <3 :) :-P ^_^ >_<",
    "Sure [laughs], why not?",
    "[Laughter] [Phone rings] Hold on.",
    "We're going [to the hotel] now.",
    "Five *** hotels, and one of them is 50% off; that's 100%.",
    "The chat ends at five (the exchange is open).",
    "Our task: to clean up. The history: it was built in 1900.",
    "I came back [at the same time] (you know why).",
    "Two rules: be kind, and be early.",
    "I asked Ann: why are you late?",
    "He said: 'Leave me alone.'",
    "Look at https://example.org/a?b=1#top please.",
    "What the f**k, it costs **** dollars!",
    "*sighs* Not again.",
    "It's a win-win -- really -- and we're number #1.",
    "Use the set {1, 2, 3}; item [3] is missing.",
    "The AI model we bought as an aid works.",
    "Ben, the summary is on your desk. The topic is dull.",
    "Thanks. Ann :) How are you?",
    "Our agent will call you. The customer is king.",
    "In short: no. PS: call me.",
    "At the end of the conversation he cried.",
    "Ann and Ben -> meeting at 5 => fine.",
    "\u4f60\u597d\uff1a\u6211\u60f3\u8ba2\u4e00\u5f20\u7968\u3002",
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_leak_is_found_in_any_turn(text: str) -> None:
    assert measure("leaked_markup", talk(text, "All right.")) is True
    assert measure("leaked_markup", talk("Good morning.", "All right.", text)) is True


@pytest.mark.parametrize("text", CLEAN)
def test_ordinary_talk_is_no_leak(text: str) -> None:
    assert measure("leaked_markup", talk("Good morning.", text)) is False


def test_a_label_is_a_leak_for_the_speakers_of_this_dialogue_only() -> None:
    assert measure("leaked_markup", talk("Zoe: hello.", "Hello.", speakers=("Zoe", "Max"))) is True
    assert measure("leaked_markup", talk("Zoe: hello.", "Hello.")) is False


def test_no_turns_leak_nothing() -> None:
    assert measure("leaked_markup", talk()) is False
