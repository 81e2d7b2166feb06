"""TRL loads what the training forms write, sees what it is, and takes a step on the embedded model's weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue import Dialogue, Message, MessageTree, PreferencePair, Turn
from dialoom.dialogue.formats import FORMATS

datasets = pytest.importorskip("datasets", reason="datasets is not installed")
trl = pytest.importorskip("trl", reason="trl is not installed")
data_utils = pytest.importorskip("trl.data_utils", reason="trl is not installed")

TALK = [
    ("Ann", "My suitcase did not arrive. Can you help?"),
    ("Agent", "I am sorry. May I have the number on your tag?"),
    ("Ann", "It is BA 4471 – für Zürich 🧳."),
    ("Agent", "Thank you. It is in Vienna, and you will have it tomorrow."),
]
WORSE = "No."


def dialogues() -> Iterator[Dialogue]:
    turns = [Turn(speaker=speaker, text=text) for speaker, text in TALK]
    for number in range(3):
        pair = PreferencePair(
            id=f"p{number}",
            prompt=turns[:-1],
            chosen=turns[-1:],
            rejected=[Turn(speaker="Agent", text=f"{WORSE} {number}")],
            score_chosen=4.0,
            score_rejected=1.5 if number else 1.0,
            made_by="judge",
            provenance={"judge": "m", "number": number} if number else {"judge": "m"},
        )
        yield Dialogue(id=f"d{number}", turns=turns, fields={"pair": pair.held()})


def exported(form: str, folder: Path, made: list[Dialogue] | None = None) -> Any:
    path = folder / f"{form}.jsonl"
    write = FORMATS.load(form).write
    assert write is not None
    write(dialogues() if made is None else made, path)
    return datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(folder / "cache"))


@pytest.mark.parametrize("form", ["messages", "trl_sft", "trl_dpo", "trl_dpo_implicit", "trl_kto"])
def test_trl_sees_conversations_with_a_real_chat_template(form: str, tmp_path: Path, tokenizer: Any) -> None:
    rows = exported(form, tmp_path)
    for row in rows:
        assert data_utils.is_conversational(row)
        shown = data_utils.apply_chat_template(data_utils.maybe_extract_prompt(row), tokenizer)
        whole = shown.get("text") or shown["prompt"] + (shown.get("chosen") or shown["completion"])
        for speaker, text in TALK[: 3 if form == "trl_kto" and not row["label"] else 4]:
            role = "user" if speaker == "Ann" else "assistant"
            assert f"<|im_start|>{role}\n{text}<|im_end|>" in whole


def test_the_implicit_prompt_that_trl_takes_out_is_the_explicit_one(tmp_path: Path) -> None:
    explicit, implicit = exported("trl_dpo", tmp_path), exported("trl_dpo_implicit", tmp_path)
    for told, found in zip(explicit, implicit, strict=True):
        taken = data_utils.extract_prompt(found)
        assert (taken["prompt"], taken["chosen"], taken["rejected"]) == (
            told["prompt"],
            told["chosen"],
            told["rejected"],
        )


def test_columns_have_one_type_each(tmp_path: Path) -> None:
    rows = exported("trl_dpo", tmp_path)
    assert rows.column_names == [
        "id",
        "prompt",
        "chosen",
        "rejected",
        "score_chosen",
        "score_rejected",
        "margin",
        "made_by",
        "provenance",
    ]
    assert rows["margin"][:] == [3.0, 2.5, 2.5]


def test_pairs_of_a_message_tree_train_too(tmp_path: Path, tokenizer: Any) -> None:
    tree = MessageTree(
        message_tree_id="a",
        prompt=Message(
            message_id="a",
            text="Why is the sky blue?",
            role="prompter",
            replies=[
                Message(message_id="b", parent_id="a", text="Air scatters blue light.", role="assistant", rank=0),
                Message(message_id="c", parent_id="a", text="Because.", role="assistant", rank=1),
            ],
        ),
    )
    (row,) = exported("trl_dpo", tmp_path, list(tree.dialogues()))
    shown = data_utils.apply_chat_template(row, tokenizer)
    assert shown["prompt"].endswith("<|im_start|>user\nWhy is the sky blue?<|im_end|>\n<|im_start|>assistant\n")
    assert shown["chosen"].startswith("Air scatters blue light.")


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.parametrize(
    ("form", "trainer", "config"),
    [
        ("messages", "SFTTrainer", "SFTConfig"),
        ("trl_sft", "SFTTrainer", "SFTConfig"),
        ("trl_dpo", "DPOTrainer", "DPOConfig"),
        ("trl_dpo_implicit", "DPOTrainer", "DPOConfig"),
        ("trl_kto", "KTOTrainer", "KTOConfig"),
    ],
)
def test_one_step_of_training(
    form: str, trainer: str, config: str, tmp_path: Path, model_folder: Path, tokenizer: Any
) -> None:
    rows = exported(form, tmp_path)
    training = getattr(trl, trainer)(
        model=str(model_folder),
        args=getattr(trl, config)(
            output_dir=str(tmp_path / "out"),
            max_steps=1,
            per_device_train_batch_size=2,
            max_length=128,
            learning_rate=1e-4,
            report_to=[],
            use_cpu=True,
            bf16=False,
            save_strategy="no",
            disable_tqdm=True,
        ),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    done = training.train()
    assert done.global_step == 1
    assert 0 < done.training_loss < 20
