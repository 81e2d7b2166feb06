"""How much personal data is found, by type: `python -m benchmarks.privacy FILE [--presidio [--model NAME]]`.

The file is a set of presidio-research (`synth_dataset_v2.json`): texts with spans and their types. A span is found
where more than half of it is covered by pieces that were found, of whatever kind; it is named where they are of its own
kind.
Precision is the share of the pieces of a kind that touch any marked span.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import orjson

from dialoom.quality.privacy import find_personal

_KINDS = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "US_SSN": "SSN",
    "PERSON": "NAME",
    "STREET_ADDRESS": "LOCATION",
    "GPE": "LOCATION",
    "US_DRIVER_LICENSE": "US_DRIVER_LICENSE",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--presidio", action="store_true", help="look with Presidio too")
    options.add_argument("--model", help="its spaCy model; left out, one that is installed")
    given = options.parse_args()
    more = []
    if given.presidio:
        from dialoom.quality.privacy.presidio import presidio_finder

        finder, model = presidio_finder(model=given.model)
        more.append(finder)
        print(f"Presidio with {model or 'no model'}")
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    named: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in orjson.loads(given.file.read_bytes()):
        text = row["full_text"]
        found = find_personal(text, more=more)
        marked = [(span["start_position"], span["end_position"], span["entity_type"]) for span in row["spans"]]
        for start, end, kind in marked:
            total[kind] += 1
            held = [(min(end, one.end) - max(start, one.start), one.kind) for one in found]
            covered[kind] += sum(length for length, _ in held if length > 0) * 2 > end - start
            named[kind] += any(length > 0 and of == _KINDS.get(kind) for length, of in held)
        for one in found:
            pieces[one.kind] += 1
            right[one.kind] += any(one.start < end and start < one.end for start, end, _ in marked)
    print(f"{'type':20} {'spans':>6} {'found':>6} {'named':>6}")
    for kind, count in total.most_common():
        print(f"{kind:20} {count:6} {covered[kind] / count:6.1%} {named[kind] / count:6.1%}")
    print(f"\n{'kind':20} {'pieces':>6} {'precision':>9}")
    for kind, count in pieces.most_common():
        print(f"{kind:20} {count:6} {right[kind] / count:9.1%}")


if __name__ == "__main__":
    main()
