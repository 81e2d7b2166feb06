"""Each kind of personal data is found by its form, and what only looks like it is left."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from dialoom.quality.privacy import KINDS, find_personal
from tests.quality.real import dailydialog, data_folder, dialogsum

FOUND = {
    "email": ["ana.diaz+shop@mail.example.co.uk", "o'neil@example.com", "käthe@bücher.example"],
    "phone": [
        "+1 (202) 555-0143",
        "020 7946 0958",
        "(96) 627-277",
        "07700900123",
        "555.123.4567",
        "001-202-555-0143x12",
    ],
    "card": ["4111 1111 1111 1111", "378282246310005", "5555-5555-5555-4444", "180016070420458"],
    "iban": ["GB33BUKB20201555555555", "DE89 3704 0044 0532 0130 00", "no9386011117947"],
    "ip": ["192.168.1.254", "2001:db8::8a2e:370:7334"],
    "login": ["https://ana:pa55w0rd@db.example.com/x?y=1"],
    "ssn": ["536-90-4399", "536 90 4399"],
    "secret": [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "sk-proj-abcdefghij0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    ],
}
LEFT = {
    "email": ["me @ home", "@handle", "a@b"],
    "phone": [
        "your confirmation number is 7576385",
        "on 2024-05-17 and 17/05/2024",
        "1 000 000 people",
        "from 1999-2004",
        "12:30 to 14:45",
        "order 482913",
        "$1234567890",
    ],
    "card": ["4111 1111 1111 1112", "0000 0000 0000 0000"],
    "iban": ["GB33BUKB20201555555556", "flight MS701 to Warsaw on the 23rd", "DE89 3704 0044 0532 0130 0\u0130"],
    "ip": ["version 1.2.3", "999.1.1.1", "well :: yes"],
    "login": ["https://example.com/a:b@c", "https://example.com"],
    "ssn": ["536904399", "12-345-6789"],
    "secret": ["the password reset link", "keep a secret.Buttermilk", "sk-short", "token based login"],
}


@pytest.mark.parametrize(("kind", "said"), [(kind, said) for kind, all in FOUND.items() for said in all])
def test_found_whole(kind: str, said: str) -> None:
    text = f"Sure, it is {said}, thanks."
    found = find_personal(text)
    assert [(text[one.start : one.end], one.kind) for one in found] == [(said, KINDS.load(kind).name)]


@pytest.mark.parametrize(("kind", "said"), [(kind, said) for kind, all in LEFT.items() for said in all])
def test_left_alone(kind: str, said: str) -> None:
    assert not list(KINDS.load(kind).find(f"Well, {said}, you know."))


def test_words_before_tell_a_number() -> None:
    assert [one.kind for one in find_personal("My social security number is 536904399.")] == ["SSN"]
    assert [one.kind for one in find_personal("Call me at 78 651 450")] == ["PHONE"]
    assert [one.kind for one in find_personal("the password is hunter2!x")] == ["SECRET"]


@pytest.mark.parametrize("name", KINDS.names())
def test_a_surrogate_is_of_its_kind_and_no_other_number_has_it(name: str) -> None:
    kind = KINDS.load(name)
    made = [kind.surrogate(number) for number in range(1, 120)]
    assert len(set(made)) == len(made)
    if name != "secret":
        for said in made:
            assert [one.kind for one in find_personal(f"it is {said} then")] == [kind.name]


def test_recall_on_the_research_set() -> None:
    """presidio-research's texts; `python -m benchmarks.privacy` prints all types."""
    path = data_folder() / "presidio" / "synth_dataset_v2.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there; set DIALOOM_DATA")
    least = {
        "EMAIL_ADDRESS": 1.0,
        "IBAN_CODE": 1.0,
        "IP_ADDRESS": 1.0,
        "US_SSN": 1.0,
        "CREDIT_CARD": 0.98,
        "PHONE_NUMBER": 0.95,
    }
    total, hit, wrong = Counter[str](), Counter[str](), 0
    for row in json.loads(path.read_text("utf-8")):
        found = find_personal(row["full_text"])
        spans = [(span["start_position"], span["end_position"], span["entity_type"]) for span in row["spans"]]
        for start, end, kind in spans:
            total[kind] += 1
            hit[kind] += any(one.start < end and start < one.end for one in found)
        wrong += sum(all(one.end <= start or end <= one.start for start, end, _ in spans) for one in found)
    assert wrong == 0
    for kind, share in least.items():
        assert hit[kind] / total[kind] >= share, kind


def test_real_talk_is_left_alone() -> None:
    """Of 3,100 real dialogues without secrets, all but the telephone numbers and addresses in them stay as they are."""
    kinds = Counter(
        one.kind for talk in (dialogsum(), dailydialog()) for each in talk for one in find_personal(each.text())
    )
    assert set(kinds) <= {"PHONE", "EMAIL"}
    assert kinds["PHONE"] < 50
