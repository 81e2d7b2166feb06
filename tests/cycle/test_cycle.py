"""A cycle from data to a mixed set: rounds, what is never a seed, the test set that decides nothing, errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from dialoom.cli._recipe import find
from dialoom.corpus import Corpus
from dialoom.corpus.decisions import decisions
from dialoom.cycle import Outcome, cycle, make_settings, read_settings
from dialoom.cycle.folds import deal, examples_without
from dialoom.cycle.generating import left_of
from dialoom.cycle.judging import Said
from dialoom.cycle.mixtures import MIXTURES, Mixture
from dialoom.cycle.planning import Source, Standing, next_shares, wanted
from dialoom.cycle.sets import key
from dialoom.cycle.stopping import why_stop
from dialoom.cycle.validating import _best
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import BoundReached, DataError, DialoomError, RecipeError, StorageError, UsageError
from dialoom.intents.utterances import Reading, Utterance
from dialoom.models.budget import Budget
from dialoom.registry import UnknownName
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.intents.lines import real_lines
from tests.models.scripted import Scripted

pytest.importorskip("sklearn")
pytest.importorskip("wordllama")

RARE = ("lost_luggage", "exchange_rate")


def write_rows(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps({"text": text, "intent": intent}) for text, intent in rows) + "\n")
    return path


def data(folder: Path, kept: int = 5) -> dict[str, str]:
    """Training data in which two intents have few lines, and test data."""
    train: list[tuple[str, str]] = []
    test: list[tuple[str, str]] = []
    for intent, lines in real_lines().items():
        train += [(text, intent) for text in lines[: kept if intent in RARE else 25]]
        test += [(text, intent) for text in lines[25:]]
    return {
        "data": str(write_rows(folder / "train.jsonl", train)),
        "test": str(write_rows(folder / "test.jsonl", test)),
    }


def go(folder: Path, **fields: Any) -> Outcome:
    base = {"out": str(folder / "out"), "model": None, "per_intent": 8, "rounds": 1, "seeds": 2}
    settings = make_settings(base | fields)
    return cycle(settings, find(settings.recipe))


def rows_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("cycle")
    return folder, go(folder, rounds=2, **data(folder))


def test_the_mixed_set_tells_where_each_line_comes_from(done: tuple[Path, Outcome]) -> None:
    folder, outcome = done
    out = folder / "out"
    assert outcome.rare == tuple(sorted(RARE))
    lines = rows_in(out / "train.jsonl")
    real = [line for line in lines if line["provenance"] == "real"]
    made = [line for line in lines if line["provenance"] == "synthetic"]
    assert {(line["text"], line["intent"]) for line in real} == {
        (row["text"], row["intent"]) for row in rows_in(folder / "train.jsonl")
    }
    assert len(made) == outcome.kept > 0
    seeds = {line["text"] for line in real if line["intent"] in RARE}
    for line in made:
        assert line["intent"] in RARE
        assert line["variety"] in ("template", "paraphrase", "substitution", "perturbation")
        assert line["round"] in (1, 2)
        assert line["lineage"]["recipe"] == "rare-utterances"
        assert set(line["of"]) <= seeds
    assert max(sum(line["intent"] == intent for line in made) for intent in RARE) <= 8
    for name in ("train.csv", "train-rasa.yml"):
        read = [turn for dialogue in read_dialogues(out / name) for turn in dialogue.turns]
        assert {turn.text for turn in read} == {line["text"] for line in lines}
    corpus = Corpus.open(str(out / "corpus"))
    assert corpus.count("run = 'made'") == len(made)
    assert corpus.count("provenance = 'real'") == len(real)
    assert {one.subject for one in decisions(corpus)} == set(RARE)


def test_nothing_made_stands_in_the_test_data(done: tuple[Path, Outcome]) -> None:
    folder, _ = done
    tested = {key(row["text"]) for row in rows_in(folder / "test.jsonl")}
    made = [row for row in rows_in(folder / "out" / "train.jsonl") if row["provenance"] == "synthetic"]
    assert not tested & {key(row["text"]) for row in made}


def test_the_report_stands_beside_what_is_free(done: tuple[Path, Outcome]) -> None:
    folder, outcome = done
    assert outcome.report is not None
    arms = {arm["arm"]: arm for arm in outcome.report["arms"]}
    assert list(arms)[:4] == ["none", "class_weights", "duplicates", "eda"]
    assert arms["none"]["added"] == 0
    assert arms["dialoom"]["added"] >= outcome.kept
    for arm in arms.values():
        assert arm["rare_f1"]["low"] <= arm["rare_f1"]["value"] <= arm["rare_f1"]["high"]
    changes = (folder / "out" / "CHANGES.md").read_text()
    assert "## Round 1, taken" in changes
    assert outcome.stopped in changes
    assert "real lines; F1" in changes


def test_the_test_data_decides_nothing(tmp_path: Path, done: tuple[Path, Outcome]) -> None:
    """With another test set the same lines are made and chosen."""
    given = data(tmp_path)
    odd = write_rows(tmp_path / "odd.jsonl", [("where is it", "lost_luggage"), ("pay it", "pay_bill")])
    other = go(tmp_path, rounds=2, **(given | {"test": str(odd)}))
    folder, outcome = done
    assert [each["validated"] for each in other.rounds] == [each["validated"] for each in outcome.rounds]
    held = {key(row["text"]) for row in rows_in(folder / "test.jsonl")}
    one, two = (rows_in(at / "out" / "train.jsonl") for at in (folder, tmp_path))
    assert [row["text"] for row in one] == [row["text"] for row in two if key(row["text"]) not in held]


def test_a_line_is_not_judged_by_what_it_was_made_of(done: tuple[Path, Outcome]) -> None:
    folder, _ = done
    train = Reading().read(folder / "train.jsonl").rows
    fold = {key(row.text): at for row, at in zip(train, deal(train, 5, 0), strict=True)}
    for row in rows_in(folder / "out" / "round-1" / "rows.jsonl"):
        assert row["fold"] not in {fold[key(each["text"])] for each in row["examples"]}
        assert len(row["examples"]) == 4


def test_going_on_after_it_is_done_changes_nothing(done: tuple[Path, Outcome]) -> None:
    folder, outcome = done
    before = {path: path.read_bytes() for path in (folder / "out").glob("round-*/*.json*")}
    version = Corpus.open(str(folder / "out" / "corpus")).version
    again = go(folder, rounds=2, **data(folder))
    assert again.to_json() == outcome.to_json()
    assert {path: path.read_bytes() for path in before} == before
    assert Corpus.open(str(folder / "out" / "corpus")).version == version


def test_an_edited_plan_is_heeded(tmp_path: Path) -> None:
    given = data(tmp_path)
    go(tmp_path, **given)
    plan = tmp_path / "out" / "round-1" / "plan.yaml"
    text = plan.read_text()
    plan.write_text(text.replace("intent: exchange_rate\n", "intent: exchange_rate\n    decision: drop\n"))
    assert plan.read_text() != text
    again = go(tmp_path, **given)
    assert set(again.rounds[0]["gated"]["kept_by_intent"]) == {"lost_luggage"}
    made = [row for row in rows_in(tmp_path / "out" / "train.jsonl") if row["provenance"] == "synthetic"]
    assert {row["intent"] for row in made} == {"lost_luggage"}
    plan.write_text(text.replace("exchange_rate", "exchange_rat"))
    with pytest.raises(RecipeError, match="did you mean 'exchange_rate'"):
        go(tmp_path, **given)


def test_what_a_person_decides_goes_before_what_was_found(tmp_path: Path) -> None:
    given = data(tmp_path)
    go(tmp_path, **given)
    first = tmp_path / "out" / "round-1"
    out, moved = (next(row for row in rows_in(first / "kept.jsonl") if row["intent"] == name) for name in RARE)
    decided = {out["text"]: "drop", moved["text"]: "lost_luggage"}
    with (first / "review.jsonl").open("a") as file:
        file.write("".join(json.dumps({"text": text, "decision": each}) + "\n" for text, each in decided.items()))
    go(tmp_path, **given)
    lines = {(row["intent"], row["text"]) for row in rows_in(tmp_path / "out" / "train.jsonl")}
    assert out["text"] not in {text for _, text in lines}
    assert ("lost_luggage", moved["text"]) in lines
    assert ("exchange_rate", moved["text"]) not in lines
    held = {row["text"]: row["decision"] for row in rows_in(first / "review.jsonl")}
    assert decided.items() <= held.items()


def test_a_model_that_is_often_wrong(tmp_path: Path) -> None:
    """Verification leaves out what it says of other matters; what it says rightly goes into the mixed set."""
    wrong = iter(real_lines()["translate"] * 50)
    right = iter([f"my {thing} was gone at the airport" for thing in ("bag", "suitcase", "luggage")] * 200)
    turns = iter(range(10_000))
    with Scripted(lambda body: next(right) if next(turns) % 2 else next(wrong)) as server:
        outcome = go(tmp_path, **data(tmp_path), intents=["lost_luggage"], model=server.url, shares={"free": 1})
        assert server.bodies
    texts = {row["text"] for row in rows_in(tmp_path / "out" / "train.jsonl") if row["provenance"] == "synthetic"}
    assert texts
    assert all("gone at the airport" in text for text in texts)
    assert outcome.rounds[0]["validated"]["sources"]["free"]["made"] > len(texts)


def test_a_budget_is_of_all_rounds_together(tmp_path: Path) -> None:
    lines = real_lines()["lost_luggage"]

    def answer(body: dict[str, Any]) -> str:
        return lines[8 + crc32(json.dumps(body["messages"]).encode()) % 16]

    with Scripted(answer) as server:
        fields: dict[str, Any] = {**data(tmp_path), "intents": ["lost_luggage"], "model": server.url}
        fields |= {"shares": {"free": 1}, "over": 2.0}
        with pytest.raises(BoundReached):
            go(tmp_path, **fields, budget={"calls": 4})
        assert len(server.bodies) == 4
        go(tmp_path, **fields, budget={"calls": 1000})
        asked = len(server.bodies)
        assert asked == 16
        run = tmp_path / "out" / "round-1" / "run"
        assert left_of(Budget(calls=20), [run, run.with_name("none")]) == {"bounds.budget.calls": 4}
        assert left_of(Budget(calls=5, money=2.0), [run]) == {"bounds.budget.calls": 0, "bounds.budget.money": 2.0}


def test_validation_data_that_is_named_decides(tmp_path: Path) -> None:
    given = data(tmp_path)
    rows = [
        (text, intent)
        for intent, lines in real_lines().items()
        for text in (lines[5:25] if intent in RARE else lines[25:])
    ]
    valid = str(write_rows(tmp_path / "valid.jsonl", rows))
    outcome = go(tmp_path, **given, valid=valid)
    assert not any("folds" in note for note in outcome.notes)
    assert {row["fold"] for row in rows_in(tmp_path / "out" / "round-1" / "rows.jsonl")} == {-1}


def test_without_test_data_it_says_what_is_missing(tmp_path: Path) -> None:
    outcome = go(tmp_path, data=data(tmp_path)["data"])
    assert outcome.report is None
    assert any("--test" in note for note in outcome.notes)
    assert {"none", "class_weights", "made"} <= outcome.validation.keys()


def test_seeds_that_are_tested_on_are_refused(tmp_path: Path) -> None:
    given = data(tmp_path)
    seed = real_lines()["lost_luggage"][0]
    with Path(given["test"]).open("a") as file:
        file.write(json.dumps({"text": seed.upper() + "!", "intent": "lost_luggage"}) + "\n")
    with pytest.raises(DataError, match=r"1 line of rare intents.*lost_luggage, in the test data.*--leave-shared"):
        go(tmp_path, **given)
    outcome = go(tmp_path, **given, leave_shared=True)
    assert any(seed in note for note in outcome.notes)
    for row in rows_in(tmp_path / "out" / "round-1" / "rows.jsonl"):
        assert seed not in {each["text"] for each in row["examples"]}
    made = rows_in(tmp_path / "out" / "train.jsonl")
    assert all(seed not in row.get("of", ()) for row in made)


def test_what_no_cycle_can_be_made_of(tmp_path: Path) -> None:
    given = data(tmp_path)

    def refused(kind: type[DialoomError], match: str, **fields: Any) -> None:
        with pytest.raises(kind, match=match):
            go(tmp_path, **(given | fields))

    refused(UsageError, "did you mean 'lost_luggage'", intents=["lost_lugage"])
    refused(UsageError, "no intent of the training data is rare", rare_below=0, rare_share=0.0)
    one = write_rows(tmp_path / "one.jsonl", [("a b", "x"), ("c d", "x")])
    refused(DataError, "two intents", data=str(one))
    taxonomy = tmp_path / "taxonomy.yaml"
    taxonomy.write_text("taxonomy: t\nintents:\n  never_seen: {}\n  told: {description: A thing.}\n")
    refused(
        DataError, "'never_seen' has no real line, and nothing says", taxonomy=str(taxonomy), intents=["never_seen"]
    )
    refused(DataError, "'told' has no real line", taxonomy=str(taxonomy), intents=["told"])
    refused(UnknownName, "word", embedder="wordlama")
    refused(UnknownName, "free", shares={"fre": 1.0})
    refused(UsageError, "per-intent", per_intent=0)
    refused(UsageError, "no node of the kind 'utterances'", recipe="persona-chat")


def test_a_folder_keeps_to_what_it_was_asked_for(tmp_path: Path) -> None:
    given = data(tmp_path)
    go(tmp_path, **given)
    with pytest.raises(StorageError, match="another per_intent"):
        go(tmp_path, **given, per_intent=9)
    with Path(given["data"]).open("a") as file:
        file.write(json.dumps({"text": "one more line of it", "intent": "weather"}) + "\n")
    with pytest.raises(StorageError, match="content of its data"):
        go(tmp_path, **given)


def test_settings_of_a_file(tmp_path: Path) -> None:
    given = data(tmp_path)
    path = tmp_path / "cycle.yaml"
    path.write_text("data: train.jsonl\ntest: test.jsonl\nout: here\nrounds: 4\nintents: [weather]\n")
    found = read_settings(path, {"rounds": 2})
    assert (found.data, found.test, found.rounds) == (given["data"], given["test"], 2)
    assert found.out == "here"
    path.write_text("data: train.jsonl\nruonds: 4\n")
    with pytest.raises(RecipeError, match=r"cycle\.yaml:2.*ruonds.*did you mean 'rounds'"):
        read_settings(path)


def test_the_command(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    given = data(tmp_path)
    arguments = ["cycle", given["data"], "--test", given["test"], "--out", str(tmp_path / "out"), "--model", "none"]
    small = ["--rounds", "1", "--per-intent", "6", "--seeds", "1"]
    ended = dialoom(*arguments, *small, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.json["class_weights_advised"] in (True, False)
    shown = dialoom(*arguments, *small)
    assert shown.code == 0
    assert "class_weights" in shown.out
    assert "stopped: all 1 rounds" in shown.out
    assert "note: no validation data is named" in shown.err
    assert dialoom(*arguments, "--intents", "wether").code == 2
    assert dialoom("cycle", str(tmp_path / "none.csv"), "--model", "none").code == 3


def test_what_later_rounds_ask_for() -> None:
    def standing(f1: float, kept: int) -> Standing:
        return Standing("x", 5, f1, f1, None, kept)

    assert wanted(standing(0.5, 0), 1, 3, 45, 0.9) == 27
    assert wanted(standing(0.5, 0), 1, 1, 45, 0.9) == 45
    assert wanted(standing(0.5, 20), 2, 3, 45, 0.9) == 25
    assert wanted(standing(0.5, 45), 2, 3, 45, 0.9) == 14
    assert wanted(standing(0.95, 20), 2, 3, 45, 0.9) == 0
    assert wanted(standing(0.95, 0), 2, 3, 45, 0.9) == 45


def test_sources_that_helped_get_more() -> None:
    shares = {"template": 0.5, "free": 0.5, "perturbation": 0.0}
    after = next_shares(shares, {"template": Source(10, 8, -0.05), "free": Source(10, 8, 0.05)}, 0.02)
    assert after == {"template": 0.2, "free": 0.8, "perturbation": 0.0}
    same = next_shares(shares, {"template": Source(10, 8, 0.0), "free": Source(10, 8, 0.0)}, 0.02)
    assert same == shares
    none = next_shares(shares, {"template": Source(10, 0, 0.0), "free": Source(10, 8, 0.0)}, 0.02)
    assert none["template"] < none["free"]


def test_class_weights_are_advised_unless_going_without_is_clearly_better() -> None:
    own = ("x", "y") * 50
    right, wrong = Said(own, own), Said(own, ("x", "x") * 50)
    # One line of a hundred is noise.
    near = Said(own, ("x", "x", *own[2:]))
    weights, plain = Mixture(weights=True), Mixture()

    def best(without: Said, with_weights: Said) -> Mixture:
        said = {each: with_weights if each.weights else without for each in MIXTURES}
        return _best(said, {each: one.rare_f1(["x"]) for each, one in said.items()}, ["x"])

    assert best(right, wrong) == plain
    assert best(right, near) == weights
    assert best(wrong, right) == weights
    assert best(right, right) == weights


def test_when_rounds_end() -> None:
    gain = {"value": 0.01, "low": -0.01, "high": 0.03}
    assert why_stop(1, 3, gain, 5) is None
    assert "no more than the noise of 2.0" in str(why_stop(2, 3, gain, 5))
    assert why_stop(2, 3, {"value": 0.05, "low": 0.03, "high": 0.07}, 5) is None
    assert "no new line" in str(why_stop(2, 3, {"value": 0.05, "low": 0.03, "high": 0.07}, 0))
    assert "all 3 rounds" in str(why_stop(3, 3, {"value": 0.05, "low": 0.03, "high": 0.07}, 5))


def test_folds_keep_equal_words_together() -> None:
    rows = [Utterance(text, "x") for text in ("a b", "A b!", "c d", "e f")]
    folds = deal(rows, 2, 0)
    assert folds[0] == folds[1]
    assert set(folds) == {0, 1}
    left = examples_without(["a b", "c d"], {"a b": 0, "c d": 1})
    assert left == {0: ["c d"], 1: ["a b"]}
    assert examples_without(["a b"], {"a b": 0}) == {}
