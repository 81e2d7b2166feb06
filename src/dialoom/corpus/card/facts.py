"""What a card tells of a version of a corpus, each fact asked from its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from dialoom.corpus import history
from dialoom.corpus.decisions import Decision, decisions
from dialoom.corpus.held_out import held_out
from dialoom.corpus.log import Entry, changelog

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_MOST = 15
_CHANGES = 5
_PLACEHOLDER = r"\[[A-Z][A-Z_]*_\d+\]"
_WORDS = r"list_sum(list_transform(turn_texts, lambda each: len(regexp_extract_all(each, '\S+'))))"
_INTENTS = """list_distinct(list_filter(list_concat(
    json_extract_string(turn_notes, '$[*].intent'), [json_extract_string(fields, '$.intent')]
), lambda each: each IS NOT NULL))"""


@dataclass(frozen=True, slots=True)
class Bars:
    """One plot: its bars, and how many dialogues of each provenance each stands for."""

    name: str
    title: str
    labels: list[str]
    counts: dict[str, list[int]]


@dataclass(slots=True)
class Facts:
    """The facts of one version; every list is ready to be shown."""

    version: int
    rows: int
    hash: str
    provenances: list[dict[str, Any]]
    plots: list[Bars]
    topics: int
    intents: int
    runs: list[dict[str, Any]]
    recipes: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    lineage: dict[str, int]
    placeholders: int
    held: dict[str, int]
    decisions: list[Decision]
    changes: list[Entry]
    models: list[str] = field(default_factory=list)


def facts_of(corpus: Corpus) -> Facts:
    """The facts of the newest version."""
    version = corpus.version

    def ask(sql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = corpus.query(sql, version=version).to_pylist()
        return rows

    recipes = [row | {"rules": _rules(row["text"])} for row in _recipes(corpus, ask)]
    told = next(each for each in history.versions(corpus) if each.number == version)
    topics = ask(
        "SELECT topic AS name, provenance, count(*) AS rows FROM dialogues WHERE topic IS NOT NULL GROUP BY ALL"
    )
    intents = ask(
        f"WITH named AS (SELECT unnest({_INTENTS}) AS name, provenance FROM dialogues) "
        "SELECT name, provenance, count(*) AS rows FROM named GROUP BY ALL"
    )
    plots = [
        _binned("turns", "Turns of a dialogue", ask(_banded("n_turns"))),
        _binned("words", "Words of a dialogue", ask(_banded(f"coalesce({_WORDS}, 0)::BIGINT"))),
        _ranked("topics", "Dialogues of the most frequent topics", topics),
        _ranked("intents", "Dialogues of the most frequent intents", intents),
    ]
    return Facts(
        version=version,
        rows=told.rows,
        hash=told.hash,
        provenances=ask(
            f"SELECT provenance, count(*) AS dialogues, sum(n_turns)::BIGINT AS turns, avg(n_turns) AS mean_turns, "
            f"avg({_WORDS}) AS mean_words, count(summary) AS summaries FROM dialogues GROUP BY 1 ORDER BY 1"
        ),
        plots=[plot for plot in plots if plot.labels],
        topics=len({row["name"] for row in topics}),
        intents=len({row["name"] for row in intents}),
        runs=ask(
            "SELECT run, recipe, recipe_hash, count(*) AS dialogues FROM dialogues WHERE provenance <> 'real' "
            "GROUP BY ALL ORDER BY min(position), run"
        ),
        recipes=recipes,
        rejects=_rejects(ask("SELECT state, node, reasons FROM rejects")),
        sources=ask(
            "SELECT json_extract_string(lineage, '$.source') AS source, count(*) AS dialogues FROM dialogues "
            "WHERE provenance = 'real' GROUP BY 1 ORDER BY 2 DESC, 1"
        ),
        lineage=ask(
            """SELECT count(seed) AS seed, count(recipe_hash) AS recipe,
            count(*) FILTER (json_array_length(json_extract(lineage, '$.calls')) > 0) AS calls,
            count(*) FILTER (json_array_length(json_extract(lineage, '$.examples')) > 0) AS examples FROM dialogues"""
        )[0],
        placeholders=ask(
            "SELECT count(*) AS rows FROM dialogues "
            f"WHERE regexp_matches(array_to_string(turn_texts, ' '), '{_PLACEHOLDER}')"
        )[0]["rows"],
        held=dict(sorted(Counter(held_out(corpus).texts.values()).items())),
        decisions=decisions(corpus),
        changes=changelog(corpus)[: -_CHANGES - 1 : -1],
        models=sorted({f"{name}: {model}" for row in recipes for name, model in _models(row["text"])}),
    )


def _recipes(corpus: Corpus, ask: Any) -> list[dict[str, Any]]:
    """The newest text of each recipe that made a dialogue of this version."""
    made = {row["recipe_hash"] for row in ask("SELECT DISTINCT recipe_hash FROM dialogues")}
    rows = [row for row in corpus.read("runs").to_pylist() if row["recipe_hash"] in made]
    return list({row["recipe_hash"]: {"name": row["recipe"], "text": row["text"]} for row in rows}.values())


def _parsed(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    content = YAML(typ="safe").load(text)
    return content if isinstance(content, dict) else {}


def _rules(text: str) -> list[str]:
    return [str(rule) for rule in (_parsed(text).get("quality") or {}).get("rules") or ()]


def _models(text: str) -> list[tuple[str, str]]:
    found = []
    for name, model in (_parsed(text).get("models") or {}).items():
        given = model if isinstance(model, dict) else {"from": model}
        named = next((given[key] for key in ("model", "from", "url") if given.get(key)), orjson.dumps(given).decode())
        found.append((str(name), str(named)))
    return found


def _rejects(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often each reason ended a record. A reason is told without the value that it met."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        for reason in orjson.loads(row["reasons"] or "[]"):
            counted[row["state"], row["node"], reason.split(": ")[0]] += 1
    return [
        {"state": state, "node": node, "reason": reason, "records": count}
        for (state, node, reason), count in counted.most_common(_MOST)
    ]


def _banded(number: str) -> str:
    """Dialogues by a number: each its own band where there are few, else of a width that makes few."""
    return f"""WITH told AS (SELECT provenance, ({number})::BIGINT AS number FROM dialogues),
        scale AS (SELECT greatest(1, ceil((quantile_cont(number, 0.98) - min(number) + 1) / {_MOST}))::BIGINT AS width,
            quantile_cont(number, 0.98) AS most FROM told)
        SELECT (least(number, most) // width * width)::BIGINT AS start, width, provenance, count(*) AS rows,
            max(number) AS highest FROM told, scale GROUP BY ALL ORDER BY 1"""


def _binned(name: str, title: str, rows: Sequence[dict[str, Any]]) -> Bars:
    starts = sorted({row["start"] for row in rows})
    last = max((row["highest"] for row in rows), default=0)

    def label(start: int, width: int) -> str:
        end = last if start == starts[-1] else start + width - 1
        return f"{start}" if end <= start else f"{start} to {end}"

    widths = {row["start"]: row["width"] for row in rows}
    return Bars(name, title, [label(start, widths[start]) for start in starts], _series(rows, "start", starts))


def _ranked(name: str, title: str, rows: Sequence[dict[str, Any]]) -> Bars:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["name"]] += row["rows"]
    labels = [label for label, _ in sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:_MOST]]
    return Bars(name, title, labels, _series(rows, "name", labels))


def _series(rows: Sequence[dict[str, Any]], key: str, places: Sequence[Any]) -> dict[str, list[int]]:
    found = {(row["provenance"], row[key]): row["rows"] for row in rows}
    return {
        kind: [found.get((kind, place), 0) for place in places] for kind in sorted({row["provenance"] for row in rows})
    }
