"""The whole cycle: rounds until one is not worth it, the mixed set, the comparison, the log of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialoom.cycle.changelog import write_changes
from dialoom.cycle.comparing import compare_on_test
from dialoom.cycle.folder import Folder, Row, digest, stage, write_json, write_rows
from dialoom.cycle.judging import Judges, Said
from dialoom.cycle.mixing import Mixed, keep_in_corpus, note_decisions
from dialoom.cycle.mixtures import Mixture
from dialoom.cycle.round import Before, Rounds, Views, standings_of, tally
from dialoom.cycle.sets import Open, Sets, read_sets
from dialoom.cycle.settings import Settings
from dialoom.cycle.stopping import why_stop
from dialoom.cycle.validating import baselines, mixture_in
from dialoom.intents.embedders import load_embedder
from dialoom.intents.taxonomy import Taxonomy, read_taxonomy
from dialoom.intents.utterances import Utterance


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cycle came to.

    Attributes:
        rounds: what became of each.
        stopped: why there was no further round.
        mixture: how the made lines are mixed best; `weights` says whether class weights are advised.
        report: the comparison on the test data; None where there is none.
        validation: scores of the arms on the validation data, made lines among them.
        files: the mixed set.
    """

    folder: Path
    rare: tuple[str, ...]
    rounds: list[dict[str, Any]]
    stopped: str
    mixture: Mixture
    kept: int
    report: dict[str, Any] | None
    validation: dict[str, float]
    notes: tuple[str, ...]
    files: list[Path] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "rare": list(self.rare),
            "rounds": self.rounds,
            "stopped": self.stopped,
            "class_weights_advised": self.mixture.weights,
            "mixture": self.mixture.to_json(),
            "kept": self.kept,
            "report": self.report,
            "validation": self.validation,
            "notes": list(self.notes),
            "files": [str(file) for file in self.files],
        }


def cycle(
    settings: Settings,
    recipe: Path,
    *,
    open: Open | None = None,
    views: Views = lambda recipe: None,
    told: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Go through rounds, or go on with those that were begun in the folder.

    Args:
        recipe: the file of the recipe that makes utterances.
        open: gives the dialogues of data that is named; left out, those of files.
        views: gives what shows a run of a recipe.
        told: takes a word on each part of the work as it begins.

    Raises DataError and UsageError for data that no cycle can be made of, StorageError where the folder cannot be
    used, Interrupted where generation was, and whatever stops a run.
    """
    taxonomy = read_taxonomy(Path(settings.taxonomy)) if settings.taxonomy else None
    described = {name: each.description for name, each in taxonomy.intents.items()} if taxonomy else {}
    told("reading the data")
    sets = read_sets(settings, open, described)
    folder = Folder(Path(settings.out))
    with folder.locked(settings, _digest(sets)):
        for note in sets.notes:
            told(f"note: {note}")
        return _Cycle(settings, recipe, folder, sets, taxonomy, views, told).go()


@dataclass(slots=True)
class _Cycle:
    settings: Settings
    recipe: Path
    folder: Folder
    sets: Sets
    taxonomy: Taxonomy | None
    views: Views
    told: Callable[[str], None]

    def go(self) -> Outcome:
        settings, sets = self.settings, self.sets
        cache = settings.embed_cache
        embed = load_embedder(settings.embedder, Path(cache) if cache else None)
        judges = Judges(sets, embed, settings.per_intent, settings.folds, settings.seed)
        if not self.folder.real.is_file():
            write_rows(self.folder.real, map(_real, sets.known()))
        data = digest(_digest(sets), settings.content())
        self.told(f"judging {len(sets.rare)} rare intents as they are")
        base = stage(self.folder.path / "baselines.json", data, lambda: baselines(judges, settings.arms))
        rounds = Rounds(settings, self.folder, judges, self.recipe, self.taxonomy, self.views, self.told)
        before = Before(
            number=1,
            said=Said.from_json(base["said"]),
            none=Said.from_json(base["none"]),
            against=base["best"],
            kept=(),
            pool=(),
            shares=rounds.shares(),
            digest=data,
        )
        done: list[dict[str, Any]] = []
        mixture, stopped = Mixture(), ""
        corpus = self.folder.path / "corpus"
        while not stopped:
            number = before.number
            one = rounds.go(before)
            if one.plan is None:
                stopped = "no rare intent is confused more than the others"
                break
            done.append(one.told)
            before = one.after
            if one.told["taken"]:
                mixture = mixture_in(one.told["validated"])
                keep_in_corpus(corpus, sets, before.kept, number)
            note_decisions(corpus, one.plan, number)
            stopped = why_stop(number, settings.rounds, one.told["validated"]["gain"], one.told["new"]) or ""
            write_changes(self.folder.path / "CHANGES.md", done, None, stopped)
        self.told(f"stopped: {stopped}")
        return self._ended(judges, before, done, stopped, mixture, base)

    def _ended(
        self,
        judges: Judges,
        before: Before,
        done: list[dict[str, Any]],
        stopped: str,
        mixture: Mixture,
        base: dict[str, Any],
    ) -> Outcome:
        sets = self.sets
        report = None
        if sets.test is not None:
            self.told(f"comparing on {len(sets.test.rows):,} test lines")
            made = digest(before.digest, [row["id"] for row in before.kept], mixture.to_json())
            report = stage(self.folder.path / "report.json", made, lambda: self._compared(judges, before.kept, mixture))
            report = {name: value for name, value in report.items() if name != "made_of"}
        files = Mixed(sets, before.kept, mixture).export(self.folder.path)
        write_changes(self.folder.path / "CHANGES.md", done, report, stopped)
        taken = [each for each in done if each["taken"]]
        outcome = Outcome(
            folder=self.folder.path,
            rare=sets.rare,
            rounds=done,
            stopped=stopped,
            mixture=mixture,
            kept=len(before.kept),
            report=report,
            validation=base["rare_f1"] | (taken[-1]["validated"]["rare_f1"] if taken else {}),
            notes=sets.notes,
            files=[self.folder.path / "corpus", *files, self.folder.path / "CHANGES.md"],
        )
        standings = [each.to_json() for each in standings_of(before.said, judges, before.kept)]
        write_json(
            self.folder.path / "outcome.json",
            outcome.to_json() | {"kept_by_round": tally(before.kept), "standings": standings},
        )
        return outcome

    def _compared(self, judges: Judges, kept: Sequence[Row], mixture: Mixture) -> dict[str, Any]:
        settings = self.settings
        return compare_on_test(
            self.sets, judges.embed, kept, mixture, settings.arms, settings.seeds, settings.per_intent, self.told
        )


def _digest(sets: Sets) -> str:
    """Of all real lines."""
    parts = [sets.train.rows, sets.train.outside]
    parts += [part.rows for part in (sets.valid, sets.test) if part is not None]
    return digest(*([[row.text, row.intent] for row in rows] for rows in parts), list(sets.rare))


def _real(row: Utterance) -> Row:
    slots = [slot.model_dump(exclude_none=True) for slot in row.slots]
    return {"text": row.text, "intent": row.intent} | ({"slots": slots} if slots else {})
