"""Splitting a corpus: who may stand where, what is found out, and what the files say of themselves."""

from __future__ import annotations

import json
import random
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from dialoom.corpus import Corpus
from dialoom.corpus.held_out import hold_out, text_key
from dialoom.corpus.splits import Plan, split, write_split
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, StorageError, UsageError
from tests.corpus.splits.making import corpus, dialogue, many, names, text

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def sets(plan: Plan) -> dict[str, list[str]]:
    return {name: names(rows) for name, rows in plan.sets.items()}


def family(chance: random.Random, number: int) -> list[Dialogue]:
    """Three dialogues that belong together: by their seed, by their source, by their words, or all of it."""
    said, other = text(chance), text(chance)
    near = " ".join(["well", *said.split()[1:]])
    match number % 3:
        case 0:
            return [
                dialogue(f"{number}{each}", text(chance), seed=f"s{number}", provenance="synthetic") for each in "abc"
            ]
        case 1:
            first = dialogue(f"{number}a", said)
            return [first, *(dialogue(f"{number}{each}", text(chance), source=first.id) for each in "bc")]
        case _:
            return [
                dialogue(f"{number}a", said, seed=f"x{number}"),
                dialogue(f"{number}b", near),
                dialogue(f"{number}c", other, seed=f"x{number}"),
            ]


def test_families_never_straddle(tmp_path: Path) -> None:
    chance = random.Random(0)
    families = [family(chance, number) for number in range(60)]
    rows = [one for each in families for one in each]
    chance.shuffle(rows)
    plan = split(corpus(tmp_path / "c", rows), SHARES)
    place = {name: where for where, held in sets(plan).items() for name in held}
    assert len(place) == len(rows)
    for each in families:
        assert len({place[one.id] for one in each}) == 1
    assert {name: len(rows) for name, rows in plan.sets.items()} == {"train": 144, "validation": 18, "test": 18}


def test_strata_by_sql_keep_their_shares(tmp_path: Path) -> None:
    rows = list(many(200, intents=["greet", "greet", "pay", "lose"]))
    plan = split(corpus(tmp_path / "c", rows), SHARES, by=["intent", "id < '0-15'"])
    for stratum in plan.strata():
        count = sum(stratum["rows"].values())
        assert all(abs(stratum["rows"][name] - share * count) < 1 for name, share in SHARES.items())
    assert {stratum["values"][1] for stratum in plan.strata()} == {"greet", "pay", "lose"}


def test_a_seed_decides_whatever_the_order_and_the_commits(tmp_path: Path) -> None:
    rows = list(many(80, intents=["greet", "pay"]))
    first = split(corpus(tmp_path / "one", rows), SHARES, by=["intent"], seed=4)
    other = Corpus.open(tmp_path / "two", create=True)
    random.Random(1).shuffle(rows)
    for index, start in enumerate(range(0, 80, 9)):
        other.append(rows[start : start + 9], run=f"run{index % 3}", batch=str(start))
    again = split(other, SHARES, by=["intent"], seed=4)
    assert {name: sorted(held) for name, held in sets(first).items()} == {
        name: sorted(held) for name, held in sets(again).items()
    }
    assert sets(split(other, SHARES, by=["intent"], seed=5)) != sets(again)


def test_what_a_user_ties_together_stays_together(tmp_path: Path) -> None:
    rows = list(many(60))
    for index, row in enumerate(rows):
        row.fields["call"] = f"c{index // 4}"
    plan = split(corpus(tmp_path / "c", rows), SHARES, group=["json_extract_string(fields, '$.call')"])
    calls = {row.id: row.fields["call"] for row in rows}
    of = Counter((calls[name], where) for where, held in sets(plan).items() for name in held)
    assert set(of.values()) == {4}


def test_a_dialogue_that_was_shown_as_an_example_is_for_training(tmp_path: Path) -> None:
    rows = list(many(30))
    made = [
        dialogue(f"made{n}", text(random.Random(99 + n)), provenance="synthetic", examples=["0-3", "0-7"])
        for n in range(9)
    ]
    plan = split(corpus(tmp_path / "c", [*rows, *made]), {"train": 0.2, "test": 0.8})
    assert {"0-3", "0-7"} <= set(sets(plan)["train"])
    assert "shown their dialogues as examples" in plan.notes[0]


def test_a_run_of_words_that_a_test_dialogue_alone_has_is_a_leak(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = list(many(60))
    plan = split(corpus(tmp_path / "c", rows), SHARES)
    target = next(row for row in rows if row.id == sets(plan)["test"][0])
    run = " ".join(target.turns[0].text.split()[10:23])
    thief = dialogue("thief", f"{text(chance, 20)} {run} {text(chance, 20)}")
    held = Corpus.open(tmp_path / "c")
    hold_out(held, "test", texts={text_key(target.text()): target.id})
    held.append([thief], run="r", batch="1")
    after = split(held, {"train": 1.0})
    assert [(row.id, reason) for row, reason in after.withheld] == [("thief", f"leak by run: {target.id}")]


def test_a_held_out_set_stays_what_it_is(tmp_path: Path) -> None:
    made = corpus(tmp_path / "c", many(100))
    first = split(made, SHARES)
    write_split(made, first, tmp_path / "s", hold=["test"])
    test = sorted(sets(first)["test"])
    near = next(iter(made.dialogues(where=f"id = '{test[0]}'"))).turns[0].text
    made.append(
        [*many(100, seed=1), dialogue("copy", near), dialogue("child", text(random.Random(7)), source=test[1])],
        run="r",
        batch="1",
    )
    plan = split(made, SHARES, seed=9)
    assert sorted(sets(plan)["test"]) == sorted([*test, "copy"])
    assert [(row.id, "belongs together" in reason) for row, reason in plan.withheld] == [("child", True)]
    assert {name: len(rows) for name, rows in plan.sets.items()} == {"train": 169, "validation": 21, "test": 11}


def test_files_and_manifest(tmp_path: Path) -> None:
    rows = [*many(50), *many(50, seed=1, provenance="synthetic")]
    made = corpus(tmp_path / "c", rows)
    plan = split(made, SHARES)
    manifest = write_split(made, plan, tmp_path / "s", hold=["test"])
    assert json.loads((tmp_path / "s" / "manifest.json").read_text()) == manifest
    assert [file["file"] for file in manifest["files"]] == [
        "train.jsonl",
        *(f"{name}-{kind}.jsonl" for name in ("validation", "test") for kind in ("real", "synthetic")),
    ]
    for file in manifest["files"]:
        path = tmp_path / "s" / file["file"]
        assert file["sha256"] == sha256(path.read_bytes()).hexdigest()
        assert {one.lineage.provenance for one in read_dialogues(path)} == set(file["provenance"])
        assert len(list(read_dialogues(path))) == file["rows"]
    assert manifest["held_out"] == ["test"]
    assert manifest["version"] == plan.view.version
    with pytest.raises(StorageError, match="there is a split in this folder"):
        write_split(made, plan, tmp_path / "s")
    again = write_split(made, split(made, SHARES), tmp_path / "s2")
    assert [file["file"] for file in again["files"]][-1] == "test-synthetic.jsonl"


def test_wrong_wishes_are_told(tmp_path: Path) -> None:
    made = corpus(tmp_path / "c", many(5))
    with pytest.raises(UsageError, match="add up to 1"):
        split(made, {"train": 0.8, "test": 0.1})
    with pytest.raises(UsageError, match="the share of 'test' is 0"):
        split(made, {"train": 1.0, "test": 0})
    with pytest.raises(UsageError, match=r"no column 'intnt'.*did you mean 'intent'"):
        split(made, SHARES, by=["intnt"])
    with pytest.raises(DataError, match="no dialogues that meet the condition"):
        split(made, SHARES, where="id = 'nobody'")
    plan = split(made, SHARES)
    with pytest.raises(UsageError, match="'train' cannot be held out"):
        write_split(made, plan, tmp_path / "s", hold=["train"])
    assert not (tmp_path / "s").exists()


def test_what_is_held_out_counts_whatever_the_condition(tmp_path: Path) -> None:
    rows = list(many(20))
    made = corpus(tmp_path / "c", [*rows, *many(20, seed=1, provenance="synthetic")])
    hold_out(made, "test", texts={text_key(rows[3].text()): rows[3].id})
    stolen = rows[3].turns[0].text.split()
    made.append([dialogue("thief", " ".join(stolen[:30]), provenance="synthetic")], run="r", batch="1")
    plan = split(made, {"train": 1.0}, where="provenance = 'synthetic' -- only")
    assert {name: len(held) for name, held in sets(plan).items()} == {"train": 20, "test": 1}
    assert [row.id for row, _ in plan.withheld] == ["thief"]


def test_a_held_out_set_needs_a_name(tmp_path: Path) -> None:
    made = corpus(tmp_path / "c", many(3))
    for name in ("train", "a/b", "", "../x"):
        with pytest.raises(UsageError, match="cannot name a held-out set"):
            hold_out(made, name, texts={})
