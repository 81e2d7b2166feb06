"""The card as Hugging Face shows it: a README.md with a YAML header, and its plots as SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dialoom.corpus.card.facts import Facts, facts_of
from dialoom.corpus.card.histogram import bars
from dialoom.errors import Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

# The sizes that the hub knows, by the number from which on one does not hold any more.
_SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
)


@dataclass(frozen=True, slots=True)
class About:
    """What only people know of a data set.

    Attributes:
        name: its name, for people.
        licence: an identifier as the hub knows them, such as `cc-by-4.0`; None where none was chosen.
        languages: two-letter codes.
        summary: what it is for, in a few sentences.
        limits: known limits, beside those that follow from the facts.
    """

    name: str
    licence: str | None = None
    languages: tuple[str, ...] = ("en",)
    summary: str | None = None
    limits: tuple[str, ...] = ()

    @property
    def licence_text(self) -> str:
        chosen = f"`{self.licence}`." if self.licence else "No licence was chosen yet."
        return (
            f"{chosen} Synthetic dialogues are also bound by the terms of the models that wrote them, imported ones by "
            "those of their sources."
        )


class Split(NamedTuple):
    """A split that lies beside the card: its name, rows, and files relative to the card."""

    name: str
    rows: int
    files: tuple[str, ...]


def write_card(
    corpus: Corpus, folder: Path, about: About, *, splits: Sequence[Split] = (), force: bool = False
) -> Path:
    """Writes README.md and assets/*.svg for the newest version into a folder; returns the README's path.

    Args:
        splits: the data files that lie in the folder, for the header.
        force: overwrite a README.md that lies there.

    Raises StorageError where the folder cannot be written, or a README.md lies in it.
    """
    readme = folder / "README.md"
    if readme.exists() and not force:
        raise StorageError(
            "there is a README.md already", place=Place(str(readme)), remedy="name another folder, or give --force"
        )
    facts = facts_of(corpus)
    try:
        (folder / "assets").mkdir(parents=True, exist_ok=True)
        for plot in facts.plots:
            (folder / "assets" / f"{plot.name}.svg").write_text(bars(plot.title, plot.labels, plot.counts), "utf-8")
        readme.write_text(f"---\n{_header(facts, about, splits)}---\n\n{_body(facts, about, splits)}", "utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write the card: {error.strerror}",
            place=Place(str(folder)),
            remedy="name a folder that can be written",
        ) from error
    return readme


def _header(facts: Facts, about: About, splits: Sequence[Split]) -> str:
    from ruamel.yaml import YAML

    kinds = {row["provenance"] for row in facts.provenances}
    summarised = any(row["summaries"] for row in facts.provenances)
    content: dict[str, Any] = {
        "language": list(about.languages),
        **({"license": about.licence} if about.licence else {}),
        "pretty_name": about.name,
        "annotations_creators": ["machine-generated"] if "synthetic" in kinds else ["found"],
        "language_creators": [
            name for kind, name in (("real", "found"), ("synthetic", "machine-generated")) if kind in kinds
        ],
        "size_categories": [next((size for limit, size in _SIZES if facts.rows < limit), "100M<n<1B")],
        "task_categories": [
            "text-generation",
            *(["summarization"] if summarised else []),
            *(["text-classification"] if facts.intents else []),
        ],
        "tags": ["dialogue", "dialoom", *(["synthetic"] if "synthetic" in kinds else [])],
    }
    if splits:
        files = [{"split": split.name, "path": list(split.files)} for split in splits]
        content["configs"] = [{"config_name": "default", "data_files": files}]
    written = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(content, written)
    return written.getvalue()


def _body(facts: Facts, about: About, splits: Sequence[Split]) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters |= {"cell": _cell, "code": _code, "fenced": _fenced, "deeper": _deeper}
    template = (Path(__file__).parent / "card.md.j2").read_text("utf-8")
    text = environment.from_string(template).render(
        facts=facts, about=about, splits=splits, limits=_limits(facts, about)
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _limits(facts: Facts, about: About) -> list[str]:
    found = list(about.limits)
    kinds = {row["provenance"]: row["dialogues"] for row in facts.provenances}
    if "synthetic" in kinds:
        found.append(
            "Synthetic dialogues show what their models make of a prompt: test on real dialogues, not on these, and "
            "expect less variety, fewer slips and politer people than in real talk."
        )
    if "real" in kinds:
        found.append(
            f"{facts.placeholders:,} dialogues hold placeholders such as `[NAME_1]` in place of personal data. Finding "
            "it is never complete, least for names and addresses: look before you publish."
        )
    thin = [one.subject for one in facts.decisions if not one.real]
    if thin:
        found.append(f"Decided on, and without any real dialogue to compare with: {', '.join(map(_cell, thin))}.")
    return found


def _cell(text: object) -> str:
    """A text in a table's cell or a line: on one line, and never markup."""
    line = " ".join(str("" if text is None else text).split())
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", line)


def _code(text: str) -> str:
    line = " ".join(text.split())
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{ticks}{line}{ticks}"


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _deeper(text: str) -> str:
    """Markdown whose headings go one level down."""
    return re.sub(r"^(#+ )", r"#\1", text, flags=re.MULTILINE)
