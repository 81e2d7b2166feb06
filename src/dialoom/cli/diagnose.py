"""`dialoom diagnose`: what a data set of intents lacks, and a plan from that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialoom.intents.diagnosis import Diagnosis
    from dialoom.intents.taxonomy import Taxonomy
    from dialoom.intents.utterances import Labelled

_SHOWN = 15


def diagnose(
    data: Annotated[
        list[str],
        typer.Argument(metavar="DATA...", help="Labelled data: a file, a folder, a corpus or a run."),
    ],
    taxonomy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The taxonomy: what is critical, what intents mean.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a generation plan, as YAML.")] = None,
    map: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the coverage map, as SVG.")] = None,
    write_taxonomy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a first taxonomy out of the data, to be completed.")
    ] = None,
    rare_share: _options.RareShare = 0.5,
    rare_below: _options.RareBelow = 10,
    target: Annotated[int, typer.Option(min=1, help="Up to how many lines the plan fills an intent.")] = 50,
    most: Annotated[int, typer.Option(min=1, help="How many lines the plan asks for at most of one intent.")] = 100,
    seeds: Annotated[int, typer.Option(min=0, help="How many real lines the plan shows of one intent.")] = 10,
    features: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Features of coverage; left out, all that there are.")
    ] = None,
    split: Annotated[
        str, typer.Option(metavar="NAME", help="The part of the data to look at; `all` for all of it.")
    ] = "train",
    oos: _options.OutOfScope = None,
    embedder: _options.Embedder = "wordllama",
    cache: _options.VectorCache = None,
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="The data's format; left out, told by its content.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")] = 5,
    seed: Annotated[int, typer.Option(help="Another seed makes other folds, and deals variants otherwise.")] = 0,
    force: _options.Force = False,
    json: _options.Json = False,
) -> None:
    """Find out what a data set of intents lacks.

    Counts, rare and critical intents, the variants that each has, what is confused with what, where a classifier is
    unsure, labels that look wrong, and intents that attract what is out of scope; a picture of it, and a plan of what
    to generate, which recipes take as their source. Looks at the training part alone. No model is asked.

    \b
    Example:
      dialoom diagnose data_full.json --map map.svg --plan plan.yaml
      dialoom diagnose nlu.yml --taxonomy taxonomy.yaml --rare-below 20 --json
    """
    from dialoom.cli._console import err, print_json
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.cli._output import free
    from dialoom.dialogue.formats import write_lines
    from dialoom.intents.derive import derive_taxonomy
    from dialoom.intents.diagnosis import Rarity, Settings, coverage_map
    from dialoom.intents.diagnosis import diagnose as diagnosed
    from dialoom.intents.embedders import load_embedder
    from dialoom.intents.taxonomy import read_taxonomy
    from dialoom.intents.utterances import Reading

    for path in (plan, map, write_taxonomy):
        free(path, force=force)
    known = read_taxonomy(taxonomy) if taxonomy else None
    outside = [*(oos or ()), *(known.out_of_scope if known else ())]
    rows = Reading(
        outside, None if split == "all" else split, format, open=lambda named: dialogues_in(named, format)
    ).read(*data)
    settings = Settings(Rarity(rare_share, rare_below), folds, seed, _named(features))
    told: Callable[[str], None] = (lambda _: None) if json else (lambda what: err().print(f"{what} ..."))
    found = diagnosed(rows, load_embedder(embedder, cache), known, settings, told)
    name = Path(data[0].partition("::")[0]).stem
    if map is not None:
        write_lines([coverage_map(found, f"Coverage of {name}").removesuffix("\n")], map)
    if write_taxonomy is not None:
        derive_taxonomy(rows, name).write(write_taxonomy)
    planned = _plan(found, known, plan, target, most, seeds, name, seed)
    written = {"map": map, "plan": plan if planned else None, "taxonomy": write_taxonomy}
    if json:
        print_json(
            found.to_json() | {"planned": planned, "written": {key: str(at) for key, at in written.items() if at}}
        )
        return
    _show(found, rows)
    for at in written.values():
        if at is not None:
            err().print(f"wrote {at}", soft_wrap=True)
    if plan is not None and not planned:
        err().print("note: no intent is rare, critical or weak, so there is nothing to plan", soft_wrap=True)


def _named(features: str | None) -> list[str] | None:
    from dialoom.intents.variants import FEATURES

    if features is None:
        return None
    names = [name.strip() for name in features.split(",") if name.strip()]
    for name in names:
        FEATURES.load(name)
    return names


def _plan(
    found: Diagnosis,
    taxonomy: Taxonomy | None,
    path: Path | None,
    target: int,
    most: int,
    seeds: int,
    name: str,
    seed: int,
) -> int:
    """How many lines were planned, after the plan was written."""
    from dialoom.intents.diagnosis import Quotas, plan_from
    from dialoom.intents.diagnosis.quotas import needy

    quotas = Quotas(target=target, most=most, seeds=seeds)
    if path is None or not needy(found, quotas):
        return 0
    made = plan_from(found, taxonomy, quotas, name, seed)
    made.write(path)
    return made.count


def _show(found: Diagnosis, rows: Labelled) -> None:
    from dialoom.cli._console import err, out, visible
    from dialoom.cli._numbers import count

    console = out()
    outside = f" and {count(len(rows.outside))} out of scope" if rows.outside else ""
    console.print(
        f"{count(len(rows.rows))} lines of {len(found.intents)} intents{outside}; "
        f"cross-validated accuracy {found.accuracy:.1%}, macro F1 {found.macro_f1:.1%}"
    )
    _show_intents(found)
    _show_coverage(found)
    _show_pairs(found)
    if found.suspects:
        _show_suspects(found)
    if found.outside:
        console.print(
            f"out of scope: {found.outside.accepted:.1%} of {count(found.outside.lines)} lines would be taken for "
            f"an intent, at a confidence ({found.outside.confidence:.2f}) that 95% of lines in scope reach"
        )
    for note in found.notes[:_SHOWN]:
        err().print(f"note: {visible(note)}", soft_wrap=True)
    if len(found.notes) > _SHOWN:
        err().print(f"note: {len(found.notes) - _SHOWN} more notes are in --json", soft_wrap=True)


def _show_intents(found: Diagnosis) -> None:
    from dialoom.cli._console import out, table, visible

    numbers = ("lines", "recall", "precision", "unsure", "covered", "doubtful", "from oos")
    rows = table("intent", *numbers, "mostly taken for", right=numbers)
    worst = sorted(
        found.intents.values(), key=lambda each: (not each.critical, not each.rare, each.scores.f1, each.count)
    )
    important = [each for each in worst if each.rare or each.critical]
    shown = important if len(important) >= _SHOWN else worst[:_SHOWN]
    for each in shown:
        mark = " (critical)" if each.critical else " (rare)" if each.rare else ""
        precision = "-" if each.scores.precision is None else f"{each.scores.precision:.2f}"
        rows.add_row(
            visible(each.intent) + mark,
            f"{each.count:,}",
            f"{each.scores.recall:.2f}",
            precision,
            f"{each.scores.unsure:.2f}",
            f"{each.covered:.0%}",
            str(each.suspects),
            str(each.attracted),
            visible(each.taken_for or "-"),
        )
    out().print(rows)
    out().print(
        f"{len(found.rare)} rare (fewer than {found.bound:g} lines), {len(found.critical)} critical; "
        f"{len(found.intents) - len(shown)} further intents are in --json"
    )


def _show_coverage(found: Diagnosis) -> None:
    from dialoom.cli._console import out, table

    rows = table(
        "feature", "value", "share of data", "intents that lack it", right=("share of data", "intents that lack it")
    )
    coverage = found.coverage
    for feature, values in coverage.values.items():
        usual = coverage.usual(feature)
        for value in values:
            lacking = sum(value in each.gaps.get(feature, ()) for each in found.intents.values())
            rows.add_row(
                feature if value == values[0] else "",
                value,
                f"{coverage.shares[feature][value]:.1%}",
                str(lacking) if value in usual else "unusual",
            )
    out().print(rows)


def _show_pairs(found: Diagnosis) -> None:
    from dialoom.cli._console import out, table, visible

    rows = table(
        "intents that are hard to tell apart", "mass", "unsure lines", "for example", right=("mass", "unsure lines")
    )
    unsure = {one.between: one for one in found.unsure}
    for twins in found.twins[:_SHOWN]:
        one, other = sorted(twins.between)
        region = unsure.get((one, other))
        said = twins.examples or (region.examples[:2] if region else ())
        rows.add_row(
            visible(" / ".join(twins.between)),
            f"{twins.mass:.2f}",
            str(region.lines if region else 0),
            visible(" | ".join(text[:48] for text in said)),
        )
    if found.twins:
        out().print(rows)


def _show_suspects(found: Diagnosis) -> None:
    from dialoom.cli._console import out, table, visible

    assert found.suspects is not None
    rows = table("doubtful label", "rather", "line")
    for one in found.suspects[:_SHOWN]:
        rows.add_row(visible(one.intent), visible(one.rather), visible(one.text[:80]))
    out().print(rows)
    if len(found.suspects) > _SHOWN:
        out().print(f"{len(found.suspects) - _SHOWN} further doubtful labels are in --json")
