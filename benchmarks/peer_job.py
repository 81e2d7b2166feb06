"""The job that engines are compared by: of each topic a persona, of topic and persona a dialogue.

`python benchmarks/peer_job.py --n 1000 --out DIR --url http://127.0.0.1:8000/v1 --conc 100` does it with dialoom and
leaves `DIR/out.jsonl` with topic, persona and dialogue of each record. Killed, the same command goes on where it
stopped.

What the job is stands here too, in the standard library alone, for the jobs of other engines.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dialoom

CALLS_A_RECORD = 2
PERSONA = (
    "NODE1 {{ topic }}: invent a persona of a customer for this topic. "
    "Say the name, age, job, mood and aim in about 200 words."
)
DIALOGUE = (
    "NODE2 {{ topic }}: write a dialogue of 8 turns between this customer and an agent on the topic.\n"
    "The customer: {{ persona }}"
)
_SUBJECTS = ("refund", "delivery", "booking", "warranty")


def topics(records: int) -> Iterator[str]:
    """The seeds: numbered topics."""
    for number in range(records):
        yield f"topic-{number:06d} {_SUBJECTS[number % len(_SUBJECTS)]}"


def filled(prompt: str, **fields: str) -> str:
    """A prompt with its fields filled in, for engines without Jinja."""
    for name, value in fields.items():
        prompt = prompt.replace("{{ " + name + " }}", value)
    return prompt


def parse() -> argparse.Namespace:
    """The arguments of every engine's job: n, out (made), url, conc."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--n", type=int, required=True, help="records to make, of two calls each")
    options.add_argument("--out", type=Path, required=True, help="folder for out.jsonl and all that is needed to go on")
    options.add_argument("--url", required=True, help="base URL of a server that speaks OpenAI's protocol")
    options.add_argument("--conc", type=int, default=100, help="most calls in flight")
    arguments = options.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    return arguments


def write_topics(path: Path, records: int) -> None:
    """The seeds as a source: one a line."""
    with path.open("w") as file:
        file.writelines(json.dumps({"topic": topic}) + "\n" for topic in topics(records))


def recipe(url: str, concurrency: int, source: Path) -> dialoom.Recipe:
    """The job as a recipe."""
    import dialoom

    job = dialoom.Recipe("job", models={"writer": {"url": url, "concurrency": concurrency}}, source=source)
    return job.add("persona", "generate", prompt=PERSONA).add("dialogue", "generate", prompt=DIALOGUE)


def _export(corpus: dialoom.Corpus, path: Path) -> None:
    import orjson

    part = path.with_suffix(".part")
    with part.open("wb") as file:
        for batch in corpus.batches("SELECT topic, fields FROM dialogues"):
            for topic, fields in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                # Both are JSON already: an object of persona and dialogue, and the topic goes in front of these.
                file.write(b'{"topic":%b,%b\n' % (orjson.dumps(topic), fields[1:].encode()))
    part.replace(path)


def main() -> int:
    """Run it; 0 where every record was made, otherwise dialoom's exit code."""
    arguments = parse()
    import dialoom

    out: Path = arguments.out
    try:
        write_topics(out / "topics.jsonl", arguments.n)
        report = dialoom.run(recipe(arguments.url, arguments.conc, out / "topics.jsonl"), out / "run")
        if report.error is not None:
            raise report.error
        _export(dialoom.Corpus.open(report.corpus), out / "out.jsonl")
    except dialoom.DialoomError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0 if report.counts.kept == arguments.n else 1


if __name__ == "__main__":
    sys.exit(main())
