"""The taxonomy: read with places, derived from data, decisions into a corpus."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialoom.corpus import Corpus
from dialoom.corpus.decisions import decisions
from dialoom.errors import DialoomError, RecipeError
from dialoom.intents.decided import record_decisions
from dialoom.intents.derive import derive_taxonomy, spoken
from dialoom.intents.taxonomy import read_taxonomy
from dialoom.intents.utterances import Reading, utterances_of
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.dialogue.nlu import dialogue, slot

WRITTEN = """\
taxonomy: bank
acts: {request: asks for something, inform: says something}
slots:
  card: {description: kind of card, values: [visa, 42]}
  city: {file: cities.txt}
intents:
  lost_card:
    description: The customer's card is lost.
    criticality: critical
    priority: 5
    slots: [card, city]
    acts: [inform]
    escalation: [card desk, duty manager]
    like: [new_card]
    decision: {decision: both, why: twelve in a year, who: Ana Diaz, on: 2026-11-02}
  new_card:
    slots: {card: {required: false}}
"""


def written(tmp_path: Path, text: str = WRITTEN) -> Path:
    (tmp_path / "cities.txt").write_text("Rome\nOslo\n\n")
    path = tmp_path / "taxonomy.yaml"
    path.write_text(text)
    return path


def test_it_is_read_and_written_back(tmp_path: Path) -> None:
    read = read_taxonomy(written(tmp_path))
    lost = read.intents["lost_card"]
    assert read.critical == ["lost_card"]
    assert lost.decision is not None
    assert lost.decision.on == date(2026, 11, 2)
    assert (read.values("card"), read.values("city")) == (["visa", "42"], ["Rome", "Oslo"])
    assert not read.intents["new_card"].slots["card"].required
    assert list(read.remarks()) == ["'new_card' has no description, which generation starts from"]
    told = list(read.remarks({"lost_card": 3, "new_cart": 1}))
    assert any("'new_cart' is not in the taxonomy (did you mean 'new_card'?)" in one for one in told)
    read.write(tmp_path / "again.yaml")
    assert read_taxonomy(tmp_path / "again.yaml") == read


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("criticality: critical", "criticality: huge", 9, "low"),
        ("slots: [card, city]", "slots: [cart, city]", 11, "did you mean 'card'?"),
        ("like: [new_card]", "like: [new_cards]", 14, "did you mean 'new_card'?"),
        ("acts: [inform]", "acts: [imform]", 12, "did you mean 'inform'?"),
        ("cities.txt", "towns.txt", 5, "no file towns.txt"),
        ("[visa, 42]", "[visa, visa]", 4, "'visa' stands twice"),
        ("priority: 5", "priority: 9", 10, "at most 5"),
        ("escalation:", "escalate:", 13, "did you mean 'escalation'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in WRITTEN
    with pytest.raises(RecipeError) as raised:
        read_taxonomy(written(tmp_path, WRITTEN.replace(old, new)))
    (problem,) = raised.value.problems
    assert isinstance(problem, DialoomError)
    assert problem.place is not None
    assert problem.place.line == line
    assert told in str(problem)


def test_one_is_derived_from_data(tmp_path: Path) -> None:
    text = "my visa is gone in Rome"
    talk = [
        dialogue(text, "LostCard", [slot(text, "visa", "card"), slot(text, "Rome")]),
        dialogue("it is gone", "LostCard"),
        dialogue("sing to me", "oos"),
    ]
    data = Reading().sorted(row for one in talk for row in utterances_of(one))
    found = derive_taxonomy(data, "bank")
    assert found.intents["LostCard"].description == "lost card"
    assert list(found.intents) == ["LostCard"]
    assert found.out_of_scope == ["oos"]
    assert found.values("card") == ["visa"]
    found.write(tmp_path / "t.yaml")
    assert read_taxonomy(tmp_path / "t.yaml").model_dump() == found.model_dump()


@pytest.mark.parametrize(
    ("name", "said"),
    [("pto_request_status", "pto request status"), ("BookRestaurant", "book restaurant"), ("ATMFees", "atm fees")],
)
def test_names_in_words(name: str, said: str) -> None:
    assert spoken(name) == said


def test_decisions_go_into_the_corpus_once(tmp_path: Path) -> None:
    taxonomy = read_taxonomy(written(tmp_path))
    corpus = Corpus.open(tmp_path / "corpus", create=True)
    assert record_decisions(taxonomy, corpus) == ["lost_card"]
    assert record_decisions(taxonomy, corpus) == []
    (one,) = decisions(corpus)
    assert (one.subject, one.decision, one.who) == ("lost_card", "both", "Ana Diaz")


def test_the_command_records_decisions(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    path = written(tmp_path)
    Corpus.open(tmp_path / "corpus", create=True)
    shown = dialoom("corpus", "taxonomy", path)
    assert (shown.code, shown.out.strip()) == (0, "recorded 1 decisions on 2 intents: lost_card")
    assert "'new_card' has no description" in shown.err
    assert "recorded 0 decisions" in dialoom("corpus", "taxonomy", path).out
    path.write_text(WRITTEN.replace("critical\n", "huge\n"))
    wrong = dialoom("corpus", "taxonomy", path)
    assert (wrong.code, "taxonomy.yaml:9" in wrong.err) == (2, True)
