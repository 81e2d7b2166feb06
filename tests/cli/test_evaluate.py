"""`dialoom evaluate`: agreement, judge, tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dialoom as library
from tests.cli.conftest import Dialoom
from tests.support.fault_server import FaultServer

RATINGS = "unit,rater,item,value,prompt\n" + "".join(
    f"d{unit},{rater},warmth,{1 + (unit + (rater == 'bob') * (unit % 4 == 0)) % 5},p{unit % 2}\n"
    for unit in range(20)
    for rater in ("ann", "bob")
)


def test_agreement_as_a_table_and_as_json(tmp_path: Path, dialoom: Dialoom) -> None:
    (tmp_path / "r.csv").write_text(RATINGS)
    shown = dialoom("evaluate", "agreement", "r.csv", "--resamples", 100)
    assert shown.code == 0, shown.err
    assert "alpha (ordinal)" in shown.out
    assert "40 ratings by 2 raters of 20 units, 20 of them rated twice or more" in shown.out
    told = dialoom("evaluate", "agreement", "r.csv", "--by", "prompt", "--level", "nominal", "--json").json
    assert [(one["item"], one["prompt"], one["units"]) for one in told] == [("warmth", "p0", 10), ("warmth", "p1", 10)]
    assert told[1]["measures"]["alpha"]["value"] == 1.0
    assert (
        dialoom("evaluate", "agreement", "r.csv", "--json").json
        == dialoom("evaluate", "agreement", "r.csv", "--json").json
    )


def test_agreement_with_wrong_words(tmp_path: Path, dialoom: Dialoom) -> None:
    (tmp_path / "r.csv").write_text(RATINGS)
    assert dialoom("evaluate", "agreement", "r.csv", "--level", "ratio").code == 2
    wrong = dialoom("evaluate", "agreement", "r.csv", "--by", "promt")
    assert wrong.code == 3
    assert "did you mean 'prompt'?" in wrong.err
    assert dialoom("evaluate", "agreement", "none.csv").code == 3


RECIPE: dict[str, Any] = {
    "recipe": "judged",
    "source": {"rows": [{"topic": f"topic {number}"} for number in range(12)]},
    "nodes": {
        "taxonomy": {"kind": "tagger", "prompt": "{{ topic }}"},
        "dialogue": {"kind": "converse", "speakers": ["Ann", "Ben"], "turns": 6,
                     "prompt": "Speakers: Ann and Ben\nA conversation on {{ topic }}."},
        "pick": {"kind": "compare", "first": "{{ dialogue.script }}", "second": "{{ topic }}"},
    },
    "quality": {"judge": {"rubric": "dialogue"}},
}  # fmt: skip


def run(folder: Path, server: FaultServer) -> str:
    (folder / "r.yaml").write_text(json.dumps({**RECIPE, "models": {"writer": server.url}}))
    report = library.run(library.load_recipe(folder / "r.yaml"), folder / "run")
    assert report.counts.kept == 12
    return str(folder / "run")


def test_judges_are_held_to_account(tmp_path: Path, server: FaultServer, dialoom: Dialoom) -> None:
    made = run(tmp_path, server)
    dialogues = list(library.Corpus.open(tmp_path / "run" / "corpus").dialogues())
    rated = "".join(f"{one.id},ann,coherence,{number % 5 + 1}\n" for number, one in enumerate(dialogues))
    (tmp_path / "r.csv").write_text("unit,rater,item,value\n" + rated + "other,ann,coherence,3\n")
    arguments = ("evaluate", "judge", made, "--real", made, "--ratings", "r.csv", "--resamples", 50)
    shown = dialoom(*arguments)
    assert shown.code == 0, shown.err
    assert "judge.coherence" in shown.out
    assert "n=12" in shown.out
    assert "pick, writer: 24 pairs" in shown.out
    assert "1 of 13 ratings are of no judged dialogue" in shown.err
    told = dialoom(*arguments, "--json").json
    coherence = next(one for one in told["measures"] if one["criterion"] == "coherence")
    assert coherence["beside_real"]["difference"]["value"] == 0.0
    assert coherence["beside_people"]["rated"] == 24
    alone = dialoom("evaluate", "judge", made, "--resamples", 0)
    assert "no real dialogue is among them" in alone.err


def test_a_set_without_scores(tmp_path: Path, recipe: Path, dialoom: Dialoom) -> None:
    assert dialoom("run", recipe, "--out", "plain").code == 0
    ended = dialoom("evaluate", "judge", "plain")
    assert ended.code == 3
    assert "no dialogue has a judge's scores" in ended.err
    assert "no dialogue has tags under 'taxonomy'" in dialoom("evaluate", "tags", "plain").err


def test_tags_are_normalised_into_a_file(tmp_path: Path, dialoom: Dialoom) -> None:
    lines = [
        library.Dialogue(id=f"d{number}", tags={"taxonomy": {"category": "coding", "tags": tags}}).to_json()
        for number, tags in enumerate([["Code review", "sql"], ["code reviews"], ["SQL", "odd"]])
    ]
    (tmp_path / "in.jsonl").write_text("\n".join([*lines, library.Dialogue(id="plain").to_json()]))
    shown = dialoom("evaluate", "tags", "in.jsonl", "--out", "out.jsonl", "--no-meaning")
    assert shown.code == 0, shown.err
    assert "4 different tags became 2, and 1 were too rare" in " ".join(shown.out.split())
    found = [json.loads(line).get("tags") for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [each and each["taxonomy"]["tags"] for each in found] == [
        ["code review", "sql"],
        ["code review"],
        ["sql"],
        None,
    ]
    assert found[0]["taxonomy"]["tags_as_said"] == ["Code review", "sql"]
    assert found[0]["taxonomy"]["normalised"] is True
    again = dialoom("evaluate", "tags", "out.jsonl", "--no-meaning", "--json").json
    assert again["tags"] == {"code review": 2, "sql": 2}
