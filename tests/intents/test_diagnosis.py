"""The diagnosis finds what was planted: rare intents, gaps, twins, wrong labels, pressure from outside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dialoom.intents.classifier import LogisticClassifier, out_of_fold
from dialoom.intents.derive import derive_taxonomy
from dialoom.intents.diagnosis import Diagnosis, Rarity, coverage_map, diagnose, plan_from
from dialoom.intents.diagnosis.coverage import cover
from dialoom.intents.embedders import load_embedder
from dialoom.intents.plan import read_plan
from dialoom.intents.taxonomy import Taxonomy
from dialoom.intents.utterances import Labelled, Reading, Utterance
from dialoom.intents.variants import FEATURES
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.intents.data import labelled, rows, write_csv
from tests.quality.real import data_folder

pytest.importorskip("sklearn")
pytest.importorskip("wordllama")
COUNTS = {"balance": 40, "weather": 40, "music": 40, "lost_card": 6}


@pytest.fixture(scope="module")
def found() -> Diagnosis:
    data = labelled(COUNTS)
    wrong = Utterance("weather forecast rain or sunny umbrella weather", "music", id="wrong")
    again = Utterance(next(row.text for row in data.rows if row.intent == "music"), "balance", id="shared")
    return diagnose(Labelled((*data.rows, wrong, again), data.outside), load_embedder(), _taxonomy(data))


def _taxonomy(data: Labelled) -> Taxonomy:
    made = derive_taxonomy(data, "bank")
    intents = {
        name: each.model_copy(update={"criticality": "critical" if name == "lost_card" else "medium"})
        for name, each in made.intents.items()
    }
    return made.model_copy(update={"intents": intents})


def test_rare_and_critical_intents(found: Diagnosis) -> None:
    assert [each.intent for each in found.rare] == ["lost_card"]
    assert [each.intent for each in found.critical] == ["lost_card"]
    assert found.accuracy > 0.9
    assert Rarity(share=0.1, fewer=3).rare(COUNTS) == []
    assert Rarity(share=0.0, fewer=41).rare(COUNTS) == ["lost_card", "balance", "music", "weather"]


def test_planted_twins_and_pressure(found: Diagnosis) -> None:
    shared = [twins for twins in found.twins if set(twins.between) == {"balance", "music"}]
    assert len(shared) == 1
    assert found.outside is not None
    assert found.outside.lines == 3
    assert sum(found.outside.by_intent.values()) == round(found.outside.accepted * 3)


def test_a_planted_wrong_label(found: Diagnosis) -> None:
    pytest.importorskip("cleanlab")
    assert found.suspects is not None
    assert {one.id: one.rather for one in found.suspects}["wrong"] == "weather"


def test_a_text_is_never_judged_by_a_classifier_that_saw_it() -> None:
    data = rows({"balance": 20, "weather": 20})
    copies = [*data, *data]
    judged = out_of_fold(LogisticClassifier(load_embedder()), [r.text for r in copies], [r.intent for r in copies])
    assert (judged.fold[: len(data)] == judged.fold[len(data) :]).all()
    assert judged.probabilities.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("feature", "text", "value"),
    [
        ("length", "gone", "short"),
        ("form", "where is my card", "question"),
        ("form", "block my card", "request"),
        ("form", "my card is gone", "statement"),
        ("politeness", "could you block it", "polite"),
        ("politeness", "what kind can i take", "plain"),
        ("register", "gimme the balance dude", "casual"),
        ("register", "i require assistance regarding my account", "formal"),
        ("emotion", "HELP ME NOW, it was STOLEN!!", "strong"),
        ("person", "my mother lost it", "first"),
        ("person", "she lost it", "third"),
        ("writing", "It is gone.", "written"),
        ("fluency", "um the the card is gone", "halting"),
        ("fluency", "what kind of card", "fluent"),
        ("context", "gone", "opening"),
    ],
)
def test_features(feature: str, text: str, value: str) -> None:
    told = FEATURES.load(feature).make([])(Utterance(text, "x"))
    assert told == value


def test_every_value_is_declared_and_typos_are_found() -> None:
    many = [Utterance("my account is gone", "x")] * 25 + [
        Utterance("my acount is gone", "x"),
        Utterance("", "x", turn=4),
    ]
    for name in FEATURES.names():
        feature = FEATURES.load(name)
        tell = feature.make(many)
        assert {tell(row) for row in many} <= set(feature.values)
    counted = cover(many, ["spelling"]).counts["x"]["spelling"]
    assert counted == {"clean": 26, "misspelt": 1}


def test_gaps_are_what_others_have() -> None:
    short = [Utterance("block it", "a"), Utterance("stop it", "a")]
    long = [Utterance("please block my card since it was lost on the way to work", "b")] * 2
    coverage = cover([*short, *long], ["length"])
    assert coverage.gaps("a") == {"length": ["long"]}
    assert coverage.covered("a") == 0.5


def test_the_plan_fills_gaps_and_starts_from_real_lines(found: Diagnosis, tmp_path: Path) -> None:
    plan = plan_from(found, _taxonomy(found.data))
    (lost,) = [each for each in plan.intents if each.intent == "lost_card"]
    # Critical: one and a half times the median intent of 40.5 lines.
    assert lost.count == 61 - 6
    assert set(lost.examples) == {row.text for row in found.data.rows if row.intent == "lost_card"}
    assert "rare below" in lost.why
    for quotas in lost.variants.values():
        assert sum(quotas.values()) == lost.count
    plan.write(tmp_path / "plan.yaml")
    assert read_plan(tmp_path / "plan.yaml") == plan


def test_the_map_is_well_formed_whatever_intents_are_called(found: Diagnosis) -> None:
    odd = '<b>&"\x07'
    facts = {
        odd if name == "music" else name: replace(each, intent=odd if name == "music" else name)
        for name, each in found.intents.items()
    }
    counts = {odd if name == "music" else name: each for name, each in found.coverage.counts.items()}
    drawn = coverage_map(replace(found, intents=facts, coverage=replace(found.coverage, counts=counts)))
    texts = [each.text for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert '<b>&" ' in texts
    assert "lost_card" in texts


def test_the_command(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    test = rows({"weather": 5}, seed=9, split="test")
    write_csv(tmp_path / "data.csv", [*rows(COUNTS, split="train"), *test])
    shown = dialoom("diagnose", "data.csv", "--map", "map.svg", "--plan", "plan.yaml", "--write-taxonomy", "t.yaml")
    assert shown.code == 0, shown.err
    assert "126 lines of 4 intents" in shown.out
    assert "lost_card (rare)" in shown.out
    assert "without a taxonomy no intent counts as critical" in shown.err
    assert read_plan(tmp_path / "plan.yaml").intents[0].intent == "lost_card"
    again = dialoom("diagnose", "data.csv", "--plan", "plan.yaml")
    assert again.code == 5
    text = (
        (tmp_path / "t.yaml").read_text().replace("description: weather", "description: weather\n    criticality: high")
    )
    (tmp_path / "t.yaml").write_text(text)
    told = dialoom("diagnose", "data.csv", "--taxonomy", "t.yaml", "--json", "--features", "length,form").json
    assert [each["intent"] for each in told["intents"] if each["critical"]] == ["weather"]
    assert set(told["coverage"]["values"]) == {"length", "form"}
    assert dialoom("diagnose", "data.csv", "--features", "lenght").code == 2
    wrong = dialoom("diagnose", "data.csv", "--split", "trian")
    assert (wrong.code, "did you mean 'train'?" in wrong.err) == (3, True)
    assert dialoom("diagnose", "data.csv", "--split", "test").code == 3


def test_a_corpus_and_a_folder_are_data_too(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    write_csv(tmp_path / "data.csv", rows({"weather": 12, "music": 12, "balance": 12}, split="train"))
    assert dialoom("import", "data.csv", "--corpus", "corpus").code == 0
    told = dialoom("diagnose", "corpus", "--json").json
    assert (told["lines"], len(told["intents"])) == (36, 3)
    some = dialoom("diagnose", "corpus::turn_notes::VARCHAR NOT LIKE '%balance%'", "--json").json
    assert [each["intent"] for each in some["intents"]] == ["music", "weather"]
    folder = tmp_path / "atis" / "train"
    folder.mkdir(parents=True)
    made = rows({"weather": 12, "music": 12})
    (folder / "seq.in").write_text("".join(f"{row.text}\n" for row in made))
    (folder / "seq.out").write_text("".join(" ".join("O" for _ in row.text.split()) + "\n" for row in made))
    (folder / "label").write_text("".join(f"{row.intent}\n" for row in made))
    assert dialoom("diagnose", "atis", "--json").json["lines"] == 24


@pytest.mark.skipif(not (data_folder() / "clinc150").is_dir(), reason=f"no CLINC150 in {data_folder()}")
def test_real_rare_intents_are_found() -> None:
    data = Reading(split="train").read(data_folder() / "clinc150" / "data_imbalanced.json")
    few = {"lost_luggage", "transfer", "weather", "timezone", "pay_bill"}
    rare = {"lost_luggage": 5, "pay_bill": 5}
    kept = [
        row for intent in sorted(few) for row in [r for r in data.rows if r.intent == intent][: rare.get(intent, 60)]
    ]
    found = diagnose(Labelled(tuple(kept), data.outside), load_embedder())
    assert {each.intent for each in found.rare} == set(rare)
    assert found.accuracy > 0.85
    assert found.outside is not None
    assert 0 <= found.outside.accepted <= 1
