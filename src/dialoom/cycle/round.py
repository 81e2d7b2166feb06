"""One round: plan, generate, gate, validate; each stage's output written whole, and found again by a later run."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.cycle.folder import Folder, Row, digest, read_rows, stage, write_json, write_rows
from dialoom.cycle.gating import gate
from dialoom.cycle.generating import candidates, changes_for, generate, left_of, over_in, round_recipe, shares_in
from dialoom.cycle.judging import Judges, Said
from dialoom.cycle.mixing import made_of
from dialoom.cycle.planning import Source, Standing, make_plan, next_shares, rows_of
from dialoom.cycle.settings import Settings
from dialoom.cycle.stopping import noise_of
from dialoom.cycle.validating import validate
from dialoom.cycle.vouching import vouched
from dialoom.engine import Report
from dialoom.graph.parse_recipe import load_recipe
from dialoom.graph.recipe import Recipe
from dialoom.intents.plan import Plan, read_plan
from dialoom.intents.review import read_review, write_review
from dialoom.intents.taxonomy import Taxonomy
from dialoom.intents.yaml_text import write_yaml
from dialoom.yaml_file import read_yaml

if TYPE_CHECKING:
    from dialoom.engine.view import View

_HEAD = ("What this round changes in its recipe, by dotted field: edit it, and run the same command again.",)

Views = Callable[[Recipe], "View | None"]


@dataclass(frozen=True, slots=True)
class Before:
    """Where a round starts from.

    Attributes:
        number: of the round that is to come, from 1.
        said: of the validation data, with what is kept so far, or by the best free arm; `against` names it.
        none: what is said without any help.
        kept: made lines that are mixed in so far; `pool` all that were made.
        shares: of the sources of variety.
        digest: of all that went before.
    """

    number: int
    said: Said
    none: Said
    against: str
    kept: Sequence[Row]
    pool: Sequence[Row]
    shares: Mapping[str, float]
    digest: str


@dataclass(frozen=True, slots=True)
class Done:
    """A round that is over.

    Attributes:
        told: what became of it, as round.json holds it.
        after: where the next one starts from.
        plan: None where no intent needed more; then nothing was made.
    """

    told: dict[str, Any]
    after: Before
    plan: Plan | None


class Interrupted(Exception):
    """Generation did not come to its end; the same command goes on. Holds the engine's report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(report.why or report.status)


@dataclass(frozen=True, slots=True)
class Rounds:
    """What all rounds share.

    Attributes:
        recipe: the file of the recipe.
        views: gives what shows a run of a recipe.
    """

    settings: Settings
    folder: Folder
    judges: Judges
    recipe: Path
    taxonomy: Taxonomy | None
    views: Views
    told: Callable[[str], None]

    def shares(self) -> dict[str, float]:
        """Those of the first round."""
        return dict(self.settings.shares or shares_in(load_recipe(self.recipe)))

    def plan(self, before: Before) -> Plan | None:
        """The plan of the round: the file there, which may have been edited, or one made now and written."""
        sets = self.judges.sets
        path = self.folder.round(before.number) / "plan.yaml"
        if path.is_file():
            return read_plan(path, list(sets.rare))
        rare = sets.rare
        standings = before.said.standings(rare, sets.train.counts(), made_of(before.kept))
        usual = before.said.usual(rare)
        found = {"usual_f1": usual, "intents": [each.to_json() for each in standings], "against": before.against}
        write_json(path.with_name("diagnosis.json"), found)
        made = make_plan(
            standings,
            sets.seeds(),
            before.number,
            self.settings.rounds,
            self.settings.per_intent,
            usual,
            self.taxonomy,
        )
        if made is not None:
            made.write(path)
        return made

    def go(self, before: Before) -> Done:
        """The round. Raises Interrupted, and what stops a run."""
        number = before.number
        folder = self.folder.round(number)
        plan = self.plan(before)
        if plan is None:
            return Done({}, before, None)
        self.told(f"round {number}: {plan.count} lines of {len(plan.intents)} intents are asked for")
        changes = self._changes(folder / "recipe-changes.yaml", before)
        over = self.settings.over or over_in(load_recipe(self.recipe))
        rows = rows_of(plan, self.judges.fold_of, self.judges.sets.train.rows, number, over)
        if not rows:
            return Done({}, before, None)
        seed = self.settings.seed * 1000 + number
        made = digest(before.digest, rows, changes, seed, self.recipe.read_bytes())
        pool = [*before.pool, *self._generated(folder, rows, changes, seed, made)]
        decided = self._decided(number)
        # What was chosen depends on the folds as well: they say what may be judged by what.
        made = digest(made, self.judges.folds, self.settings.per_intent, decided)
        gated, kept = self._gated(folder, pool, decided, number, made)
        validated = self._validated(folder, kept, gated, before, made)
        return self._after(folder, before, plan, pool, kept, gated, validated, changes, made)

    def _changes(self, path: Path, before: Before) -> dict[str, Any]:
        if not path.is_file():
            settings = self.settings
            changes = changes_for(
                load_recipe(self.recipe),
                settings.model,
                before.shares,
                self._usual_lines(),
                settings.precision,
            )
            write_yaml(changes, path, _HEAD)
        found, _ = read_yaml(path, "fields of a recipe")
        return found

    def _usual_lines(self) -> int:
        """How many real lines the middle one of the rare intents has."""
        sets = self.judges.sets
        counts = sets.train.counts()
        fewest = sorted(counts.get(name, 0) for name in sets.rare)
        return max(1, fewest[len(fewest) // 2])

    def _generated(
        self, folder: Path, rows: Sequence[Row], changes: Mapping[str, Any], seed: int, made: str
    ) -> list[Row]:
        path = folder / "candidates.jsonl"

        def make() -> dict[str, Any]:
            _start_from(folder, rows)
            number = int(rows[0]["round"])
            before = [self.folder.round(each) / "run" for each in range(1, number)]
            bounded = dict(changes) | left_of(self.settings.budget, before)
            recipe = round_recipe(self.recipe, bounded, folder / "rows.jsonl", self.folder.real, seed)
            report = generate(recipe, folder / "run", self.views(recipe))
            if report.status != "finished":
                raise Interrupted(report)
            write_rows(path, candidates(report, folder / "run", number))
            counts = report.counts
            return {"records": counts.records, "kept": counts.kept, "failed": counts.failed, "seconds": report.seconds}

        stage(folder / "generated.json", made, make)
        return read_rows(path)

    def _decided(self, number: int) -> dict[str, str]:
        """What people decided on lines of the rounds up to this one."""
        intents = self.judges.sets.train.counts()
        paths = [self.folder.round(each) / "review.jsonl" for each in range(1, number + 1)]
        return {text: decision for path in paths for text, decision in read_review(path, intents).items()}

    def _gated(
        self, folder: Path, pool: Sequence[Row], decided: Mapping[str, str], number: int, made: str
    ) -> tuple[dict[str, Any], list[Row]]:
        def make() -> dict[str, Any]:
            sets, settings = self.judges.sets, self.settings
            heard = vouched(pool, sets.texts(), settings.seed)
            found = gate(heard, sets, decided, settings.per_intent, number, settings.seed)
            write_rows(folder / "kept.jsonl", found.kept)
            write_review(folder / "review.jsonl", found.review)
            return found.to_json()

        found = stage(folder / "gated.json", made, make)
        return found, read_rows(folder / "kept.jsonl")

    def _validated(
        self, folder: Path, kept: Sequence[Row], gated: Mapping[str, Any], before: Before, made: str
    ) -> dict[str, Any]:
        self.told(f"round {before.number}: {gated['kept']} made lines hold; trying them on the validation data")
        return stage(
            folder / "validated.json",
            made,
            lambda: validate(self.judges, kept, gated["made"]["sources"], before.said, before.none),
        )

    def _after(
        self,
        folder: Path,
        before: Before,
        plan: Plan,
        pool: Sequence[Row],
        kept: Sequence[Row],
        gated: Mapping[str, Any],
        validated: Mapping[str, Any],
        changes: Mapping[str, Any],
        made: str,
    ) -> Done:
        ids, held = {row["id"] for row in kept}, {row["id"] for row in before.kept}
        # The first round is taken in any case: later ones start from its lines.
        taken = before.number == 1 or (validated["gain"]["value"] or 0.0) >= 0
        told = {
            "round": before.number,
            "against": before.against,
            "asked": [{"intent": each.intent, "count": each.count, "why": each.why} for each in plan.intents],
            "gated": {name: value for name, value in gated.items() if name != "made_of"},
            "validated": {name: value for name, value in validated.items() if name not in ("said", "made_of")},
            "new": len(ids - held),
            "gone": len(held - ids),
            "taken": taken,
        }
        stage(folder / "round.json", made, lambda: told)
        sources = {name: Source(**each) for name, each in validated["sources"].items()}
        used = next((value for name, value in changes.items() if name.endswith(".shares")), before.shares)
        after = replace(
            before,
            number=before.number + 1,
            pool=pool,
            shares=next_shares(used, sources, noise_of(validated["gain"])),
            digest=made,
        )
        if taken:
            against = f"round {before.number}"
            after = replace(after, said=Said.from_json(validated["said"]), kept=kept, against=against)
        return Done(told, after, plan)


def _start_from(folder: Path, rows: Sequence[Row]) -> None:
    """Write the seed records. Where they are others than before, the run's records go, as some belong to none of them;
    its ledger stays, so that no answer is paid for twice."""
    path = folder / "rows.jsonl"
    if path.is_file() and read_rows(path) != list(rows):
        for part in ("corpus", "rejects"):
            shutil.rmtree(folder / "run" / part, ignore_errors=True)
        for file in (folder / "run").glob("seeds.sqlite*"):
            file.unlink()
        (folder / "run" / "run.json").unlink(missing_ok=True)
    write_rows(path, rows)


def tally(kept: Sequence[Row]) -> dict[str, int]:
    """Made lines by the round they came from."""
    return dict(sorted(Counter(f"round {row['round']}" for row in kept).items()))


def standings_of(said: Said, judges: Judges, kept: Sequence[Row]) -> list[Standing]:
    """How the rare intents stand now."""
    return said.standings(judges.sets.rare, judges.sets.train.counts(), made_of(kept))
