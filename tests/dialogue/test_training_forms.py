"""Forms for training: what is written reads back, and bad rows of each kind are named."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Message, MessageTree, PreferencePair, ToolCall, Turn, pairs_of
from dialoom.dialogue.formats import FORMATS, find_format, read_dialogues
from dialoom.errors import DataError

SFT = ["sharegpt", "alpaca", "trl_sft", "messages"]
PAIRS = ["trl_dpo", "trl_dpo_implicit"]


def write(dialogues: list[Dialogue], path: Path, form: str) -> int:
    writer = FORMATS.load(form).write
    assert writer is not None
    return writer(dialogues, path)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in dialogue.turns]


def talk(*turns: tuple[str, str], name: str = "d1", **fields: Any) -> Dialogue:
    return Dialogue(id=name, turns=[Turn(speaker=speaker, text=text) for speaker, text in turns], fields=fields)


speech = st.text(min_size=1, max_size=20)
exchanges = st.lists(st.tuples(speech, speech), min_size=1, max_size=4)


@pytest.mark.parametrize("form", SFT)
@settings(max_examples=40, deadline=None)
@given(exchanges, st.sampled_from([("Ann", "Bo"), ("user", "assistant")]), st.none() | speech)
def test_a_talk_reads_back(
    form: str, given_exchanges: list[tuple[str, str]], pair: tuple[str, str], system: str | None
) -> None:
    turns = [turn for exchange in given_exchanges for turn in zip(pair, exchange, strict=True)]
    told = [] if system is None else [("system", system)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        assert write([talk(*told, *turns)], path, form) == 1
        assert find_format(path).name == form
        (back,) = read_dialogues(path)
    roles = dict(zip(pair, ("user", "assistant"), strict=True)) | {"system": "system"}
    assert said(back) == [(roles[speaker], text) for speaker, text in told + turns]
    assert back.id == "d1"
    assert back.lineage.provenance == "real"


def test_sharegpt_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    tools = [{"name": "weather"}]
    dialogue = talk(("system", "Be brief."), ("Ann", "hi"), ("Bo", "hello"), tools=tools)
    dialogue.turns.append(Turn(speaker="Ann", text="weather?"))
    calls = [
        ToolCall(name="weather", arguments={"city": "Brno"}, result="rain"),
        ToolCall(name="weather", arguments={"city": "Oslo"}, result={"snow": 1}),
    ]
    dialogue.turns.append(Turn(speaker="Bo", text="It rains.", tool_calls=calls))
    write([dialogue], path, "sharegpt")
    (row,) = rows(path)
    assert [(entry["from"], entry["value"]) for entry in row["conversations"]] == [
        ("system", "Be brief."),
        ("human", "hi"),
        ("gpt", "hello"),
        ("human", "weather?"),
        (
            "function_call",
            '[{"name":"weather","arguments":{"city":"Brno"}},{"name":"weather","arguments":{"city":"Oslo"}}]',
        ),
        ("observation", '["rain","{\\"snow\\":1}"]'),
        ("gpt", "It rains."),
    ]
    assert row["tools"] == '[{"name":"weather"}]'
    (back,) = read_dialogues(path)
    assert back.fields["tools"] == tools
    last = back.turns[-1]
    assert (last.speaker, last.text) == ("assistant", "It rains.")
    assert [(call.arguments, call.result) for call in last.tool_calls] == [
        ({"city": "Brno"}, "rain"),
        ({"city": "Oslo"}, {"snow": 1}),
    ]


def test_sharegpt_as_others_write_it(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    talked = [{"from": "user", "value": "a", "weight": 0}, {"from": "chatgpt", "value": "b"}]
    path.write_text(json.dumps([{"conversations": talked, "system": "s", "tools": "", "lang": "en"}]))
    (back,) = read_dialogues(path)
    assert said(back) == [("system", "s"), ("user", "a"), ("assistant", "b")]
    assert back.turns[1].meta == {"weight": 0}
    assert back.fields["lang"] == "en"


def test_alpaca_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    talked = ["Welcome.", "a", "b", "c", "d", "e", "f"]
    speakers = ["assistant", "Ann", "assistant", "Ann", "Ann", "assistant", "Ann"]
    write([talk(*zip(speakers, talked, strict=True))], path, "alpaca")
    assert rows(path) == [
        {
            "id": "d1",
            "instruction": "c\nd",
            "input": "",
            "output": "e",
            "system": "",
            "history": [["", "Welcome."], ["a", "b"]],
        }
    ]
    (back,) = read_dialogues(path)
    assert [text for _, text in said(back)] == ["Welcome.", "a", "b", "c\nd", "e"]


def test_alpaca_keeps_the_input_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    row = {"id": "1", "instruction": "Translate.", "input": "Haus", "output": "house", "system": "", "history": []}
    path.write_text(json.dumps(row))
    (dialogue,) = read_dialogues(path)
    assert said(dialogue) == [("user", "Translate.\nHaus"), ("assistant", "house")]
    write([dialogue], path, "alpaca")
    assert rows(path) == [row]


@pytest.mark.parametrize("form", ["alpaca", "trl_sft"])
def test_forms_of_one_answer_refuse_what_they_cannot_hold(form: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'d1' has no second speaker"):
        write([talk(("A", "alone"))], tmp_path / "x.jsonl", form)
    if form == "alpaca":
        calling = talk(("user", "a"))
        calling.turns.append(Turn(speaker="assistant", text="b", tool_calls=[ToolCall(name="f", result="1")]))
        with pytest.raises(DataError, match="'d1' has tool calls"):
            write([calling], tmp_path / "x.jsonl", form)
    else:
        with pytest.raises(DataError, match="nothing comes before the only answer in dialogue 'd1'"):
            write([talk(("assistant", "a"), ("user", "b"))], tmp_path / "x.jsonl", form)
    assert not (tmp_path / "x.jsonl").exists()


def test_prompt_and_completion_part_where_the_last_answer_begins(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    dialogue = talk(("Ann", "a"), ("Bo", "b"), ("Ann", "c"), tools=[{"name": "f"}])
    dialogue.turns.append(Turn(speaker="Bo", text="d", tool_calls=[ToolCall(name="f", id="1", result="r")]))
    dialogue.turns.append(Turn(speaker="Ann", text="thanks"))
    write([dialogue], path, "trl_sft")
    (row,) = rows(path)
    assert [message["role"] for message in row["prompt"]] == ["user", "assistant", "user"]
    assert [message["role"] for message in row["completion"]] == ["assistant", "tool", "assistant"]
    assert row["tools"] == [{"name": "f"}]
    (back,) = read_dialogues(path)
    assert back.turns[-1].tool_calls == [ToolCall(name="f", id="1", result="r")]
    write([back], tmp_path / "y.jsonl", "trl_sft")
    assert rows(tmp_path / "y.jsonl") == [row]


ROWS: list[tuple[str, dict[str, Any]]] = [
    ("trl_sft", {"id": "1", "prompt": "The sky is", "completion": " blue."}),
    (
        "trl_sft",
        {
            "id": "1",
            "prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
            "completion": [{"role": "assistant", "content": "c"}],
        },
    ),
    ("trl_kto", {"id": "1", "prompt": "The sky is", "completion": " green.", "label": False}),
    (
        "trl_kto",
        {
            "id": "1",
            "prompt": [{"role": "user", "content": "a"}],
            "completion": [{"role": "assistant", "content": "b"}],
            "label": True,
        },
    ),
    ("trl_dpo", {"id": "1", "prompt": "The sky is", "chosen": " blue.", "rejected": " green."}),
    ("trl_dpo_implicit", {"id": "1", "chosen": "The sky is blue.", "rejected": "The sky is green.", "margin": 2.0}),
    (
        "trl_dpo",
        {
            "id": "1",
            "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}],
            "chosen": [{"role": "assistant", "content": "b"}],
            "rejected": [{"role": "assistant", "content": "c"}],
            "score_chosen": 4.5,
            "score_rejected": 4.0,
            "margin": 0.5,
            "made_by": "fault",
            "provenance": '{"fault":"cut"}',
        },
    ),
    (
        "trl_dpo_implicit",
        {
            "id": "1",
            "chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
            "rejected": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "c"}],
        },
    ),
]


@pytest.mark.parametrize(("form", "row"), ROWS)
def test_rows_of_trl_come_back_as_they_were(form: str, row: dict[str, Any], tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text(json.dumps(row) + "\n")
    assert find_format(path).name == form
    read = [Dialogue.from_json(dialogue.to_json()) for dialogue in read_dialogues(path)]
    write(read, out, form)
    assert rows(out) == [row]


def test_the_prompt_beside_whole_dialogues_is_not_said_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    first = {"role": "user", "content": "a"}
    sides = {name: [first, {"role": "assistant", "content": name}] for name in ("chosen", "rejected")}
    path.write_text(json.dumps({"prompt": "a", **sides, "score_chosen": 8, "score_rejected": 7.5}) + "\n")
    (dialogue,) = read_dialogues(path)
    assert said(dialogue) == [("user", "a"), ("assistant", "chosen")]
    (pair,) = pairs_of(dialogue)
    assert pair.margin == 0.5


def paired(name: str = "d1") -> Dialogue:
    turns = [Turn(speaker="Ann", text="a"), Turn(speaker="Bo", text="b")]
    pair = PreferencePair(
        id=f"{name}-pair",
        prompt=turns[:1],
        chosen=turns[1:],
        rejected=[Turn(speaker="Bo", text="no")],
        score_chosen=3,
        score_rejected=1,
        made_by="best_of_n",
        provenance={"n": 4},
    )
    return Dialogue(id=name, turns=turns, fields={"pair": pair.held()})


def test_a_record_s_pair_is_written_in_each_form(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    written = write([paired()], path, "trl_dpo")
    (row,) = rows(path)
    assert (written, getattr(written, "what", None)) == (1, "pairs")
    user, good, bad = (
        {"role": role, "content": text} for role, text in (("user", "a"), ("assistant", "b"), ("assistant", "no"))
    )
    about = {
        "score_chosen": 3.0,
        "score_rejected": 1.0,
        "margin": 2.0,
        "made_by": "best_of_n",
        "provenance": '{"n":4}',
    }
    assert row == {"id": "d1-pair", "prompt": [user], "chosen": [good], "rejected": [bad]} | about
    write([paired()], path, "trl_dpo_implicit")
    assert rows(path) == [{"id": "d1-pair", "chosen": [user, good], "rejected": [user, bad]} | about]
    assert write([paired()], path, "trl_kto") == 2
    assert rows(path) == [
        {"id": "d1-pair:chosen", "prompt": [user], "completion": [good], "label": True},
        {"id": "d1-pair:rejected", "prompt": [user], "completion": [bad], "label": False},
    ]


def test_who_speaks_the_chosen_reply_is_the_assistant(tmp_path: Path) -> None:
    turns = [Turn(speaker="Agent", text="Welcome."), Turn(speaker="Ann", text="a")]
    reply, other = Turn(speaker="Agent", text="b"), Turn(speaker="Agent", text="c")
    pair = PreferencePair(id="p", chosen=[*turns, reply], rejected=[*turns, other])
    write([Dialogue(id="d", turns=turns, fields={"pair": pair.held()})], tmp_path / "x.jsonl", "trl_dpo")
    (row,) = rows(tmp_path / "x.jsonl")
    assert [message["role"] for message in row["prompt"] + row["chosen"]] == ["assistant", "user", "assistant"]


def ranked(*ranks: int | None) -> MessageTree:
    replies = [
        Message(message_id=f"r{index}", parent_id="p", text=f"t{index}", role="assistant", rank=rank)
        for index, rank in enumerate(ranks)
    ]
    return MessageTree(message_tree_id="p", prompt=Message(message_id="p", text="P", role="prompter", replies=replies))


def test_paths_of_a_tree_are_pairs_again(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    dialogues = [*ranked(1, 0, None, 2, 2).dialogues(), paired()]
    assert write(dialogues, path, "trl_dpo") == 6
    assert [row["id"] for row in rows(path)] == ["d1-pair", "r1:r0", "r1:r3", "r1:r4", "r0:r3", "r0:r4"]
    assert {row["prompt"][0]["content"] for row in rows(path)} == {"P", "a"}
    write(dialogues, path, "trl_kto")
    assert [(row["id"], row["label"]) for row in rows(path)][2:] == [("r1", True), ("r3", False), ("r4", False)]


def test_a_labelled_record_is_one_row_of_kto(tmp_path: Path) -> None:
    write([talk(("Ann", "a"), ("Bo", "b"), label=False)], tmp_path / "x.jsonl", "trl_kto")
    (row,) = rows(tmp_path / "x.jsonl")
    assert (row["id"], row["label"], row["completion"]) == ("d1", False, [{"role": "assistant", "content": "b"}])


@pytest.mark.parametrize("form", [*PAIRS, "trl_kto"])
@pytest.mark.parametrize(
    ("dialogues", "words"),
    [
        ([paired(), talk(("A", "x"), name="bare")], "'bare' holds no preference pair.*json_extract"),
        (list(ranked(None, 0).dialogues()), "no two answers of these message trees are ranked apart"),
        ([Dialogue(id="d", fields={"pair": {"chosen": "x"}})], r"fields\.pair\.chosen.*'d' holds no preference pair"),
    ],
)
def test_what_holds_no_pair_is_named(form: str, dialogues: list[Dialogue], words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        write(dialogues, tmp_path / "x.jsonl", form)
    assert not (tmp_path / "x.jsonl").exists()


def holding(chosen: list[Turn], rejected: list[Turn], **more: Any) -> Dialogue:
    return Dialogue(id="d", fields={"pair": PreferencePair(id="p", chosen=chosen, rejected=rejected, **more).held()})


def test_pairs_that_a_form_cannot_hold_are_named(tmp_path: Path) -> None:
    user, other = Turn(speaker="user", text="a"), Turn(speaker="user", text="b")
    answer = Turn(speaker="assistant", text="c")
    with pytest.raises(DataError, match=r"'p' has no prompt.*trl_dpo_implicit"):
        write([holding([user, answer], [other, answer])], tmp_path / "x.jsonl", "trl_dpo")
    with pytest.raises(DataError, match=r"chosen reply of the pair 'p' begins with the role 'user'"):
        write([holding([user], [other], prompt=[answer])], tmp_path / "x.jsonl", "trl_dpo")
    text = holding([Turn(speaker="", text="x")], [Turn(speaker="", text="y")], text=True)
    with pytest.raises(DataError, match="the row 'p' is plain text, unlike the rows before it"):
        write([paired(), text], tmp_path / "x.jsonl", "trl_dpo_implicit")
    write([holding([user, answer], [other, answer])], tmp_path / "x.jsonl", "trl_dpo_implicit")
    assert len(rows(tmp_path / "x.jsonl")) == 1


# format, row, field, words
BAD = [
    ("sharegpt", {"conversation": []}, "conversations", "no field 'conversations'"),
    ("sharegpt", {"conversations": "x"}, "conversations", "expected a list of objects"),
    ("sharegpt", {"conversations": ["x"]}, "conversations[0]", "expected an object with from and value"),
    ("sharegpt", {"conversations": [{"from": "human"}]}, "conversations[0].value", "no 'value'"),
    (
        "sharegpt",
        {"conversations": [{"from": 1, "value": ""}]},
        "conversations[0].from",
        "expected text, found a number",
    ),
    (
        "sharegpt",
        {"conversations": [{"from": "function_call", "value": "f()"}]},
        "conversations[0].value",
        "broken JSON",
    ),
    (
        "sharegpt",
        {"conversations": [{"from": "function_call", "value": '{"args":1}'}]},
        "conversations[0].value",
        "expected a call",
    ),
    ("alpaca", {"instruction": "a"}, "output", "no field 'output'"),
    ("alpaca", {"instruction": 1.5, "output": "b"}, "instruction", "expected text"),
    ("alpaca", {"instruction": "a", "output": "b", "history": "x"}, "history", "expected a list of pairs"),
    ("alpaca", {"instruction": "a", "output": "b", "history": [["x"]]}, "history[0]", "expected two texts"),
    ("trl_sft", {"prompt": "a"}, "completion", "no field 'completion'"),
    ("trl_sft", {"prompt": "a", "completion": 3}, "completion", "expected a list of messages, or text"),
    ("trl_sft", {"prompt": [], "completion": "b"}, "prompt", "list of messages is empty"),
    ("trl_kto", {"prompt": "a", "completion": "b"}, "label", "no field 'label'"),
    ("trl_kto", {"prompt": "a", "completion": "b", "label": "good"}, "label", "expected true or false"),
    ("trl_dpo", {"prompt": "a", "chosen": "b"}, "rejected", "no field 'rejected'"),
    ("trl_dpo", {"prompt": "a", "chosen": "b", "rejected": "b"}, "chosen", "chosen and rejected are the same"),
    (
        "trl_dpo",
        {"prompt": "a", "chosen": "b", "rejected": "c", "score_chosen": 1, "score_rejected": 2},
        "chosen",
        "disagree",
    ),
    ("trl_dpo", {"prompt": "a", "chosen": "b", "rejected": "c", "margin": "big"}, "margin", "expected a number"),
    ("trl_dpo", {"prompt": "a", "chosen": [{"content": "b"}], "rejected": "c"}, "chosen[0].role", "no role"),
    ("trl_dpo_implicit", {"chosen": ["x"], "rejected": "c"}, "chosen[0]", "found text"),
]


@pytest.mark.parametrize(("form", "row", "field", "words"), BAD)
def test_bad_rows_are_named_and_counted(form: str, row: dict[str, Any], field: str, words: str, tmp_path: Path) -> None:
    good = {
        "sharegpt": {"conversations": [{"from": "human", "value": "a"}]},
        "alpaca": {"instruction": "a", "output": "b"},
        "trl_sft": {"prompt": "a", "completion": "b"},
        "trl_kto": {"prompt": "a", "completion": "b", "label": True},
        "trl_dpo": {"prompt": "a", "chosen": "b", "rejected": "c"},
        "trl_dpo_implicit": {"chosen": "b", "rejected": "c"},
    }[form]
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(good)}\n{json.dumps(row)}\n{json.dumps(good)}\n")
    with pytest.raises(DataError) as caught:
        list(read_dialogues(path, form))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line, caught.value.place.field) == (str(path), 2, field)
    assert words in caught.value.what
    assert caught.value.remedy
    told: list[str] = []
    assert len(list(read_dialogues(path, form, lambda error, said: told.append(said)))) == 2
    assert [json.loads(each) for each in told] == [row]
