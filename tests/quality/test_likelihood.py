"""Models that score text: the embedded weights, loaded for training. Runs where the extra `train` is installed."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import MissingExtra
from dialoom.models.weights import find_weights
from dialoom.quality import METRICS
from dialoom.quality.likelihood import LanguageModel, ModelNotUsable, RewardModel, language_model, reward_model
from dialoom.quality.tagging import Tagger
from tests.quality.talk import measure, talk

NAMES = ("perplexity", "instruction_difficulty", "reward")
ABSENT = METRICS.load("perplexity").lacking() is not None
needs_train = pytest.mark.skipif(ABSENT, reason="needs the extra train: make test-train")


@pytest.fixture(autouse=True)
def _weights() -> None:
    if not ABSENT and find_weights() is None:
        pytest.skip("the embedded weights are not here: dialoom models pull")


@pytest.mark.skipif(not ABSENT, reason="the extra train is installed")
@pytest.mark.parametrize("name", NAMES)
def test_without_the_extra_it_is_named(name: str) -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'dialoom\[train\]'"):
        Tagger([name])


@needs_train
def test_plain_english_is_less_surprising_than_its_words_shuffled() -> None:
    said = measure(
        "perplexity", talk("Good morning, how can I help you today?", "I would like a cup of coffee, please.")
    )
    mixed = measure(
        "perplexity", talk("You morning help, can today good I how?", "Coffee of please like a I cup, would.")
    )
    assert 1 < said < mixed
    assert isnan(measure("perplexity", talk()))


@needs_train
def test_answers_that_belong_are_easier_than_others() -> None:
    asked = "What is the capital of France, and which river runs through it?"
    own = measure(
        "instruction_difficulty", talk(asked, "The capital of France is Paris, and the Seine runs through it.")
    )
    other = measure("instruction_difficulty", talk(asked, "My dentist painted both of the sheds green last autumn."))
    assert 0 < own < other
    assert isnan(measure("instruction_difficulty", talk("Alone.")))


@needs_train
def test_losses_are_those_of_transformers() -> None:
    import torch  # type: ignore[import-not-found, import-untyped, unused-ignore]

    model = LanguageModel()
    text = "I would like a cup of coffee, please."
    ids = torch.tensor([model._ids(text)])
    start = model._tokenizer.bos_token_id
    if start is not None:
        ids = torch.cat([torch.tensor([[start]]), ids], dim=1)
    with torch.no_grad():
        loss = float(model._model(ids, labels=ids).loss)
    summed, tokens = model.losses(text)
    assert summed / tokens == pytest.approx(loss, rel=1e-4)


@needs_train
def test_a_reward_model_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import transformers  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with pytest.raises(MissingExtra, match="set DIALOOM_REWARD_MODEL"):
        Tagger(["reward"])
    weights = find_weights()
    assert weights is not None
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(weights.parent), gguf_file=weights.name)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_labels=1, pad_token_id=0,
    )  # fmt: skip
    transformers.LlamaForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    monkeypatch.setenv("DIALOOM_REWARD_MODEL", str(tmp_path))
    one, other, none = (row["reward"] for row in Tagger(["reward"]).tag([talk("Hi.", "Hello!"), talk("No."), talk()]))
    assert isinstance(one, float)
    assert one != other
    assert isinstance(none, float)
    assert isnan(none)


@needs_train
def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match="there is no model at"):
        LanguageModel(tmp_path / "absent")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelNotUsable, match="cannot be read"):
        RewardModel(tmp_path)
    assert language_model(None) is language_model(None)
    assert reward_model.cache_info().currsize <= 1
