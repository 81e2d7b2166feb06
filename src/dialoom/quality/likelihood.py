"""Local models that score text, with the extra `train`: how likely it is to them, how they reward it. No network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from dialoom.dialogue import Turn
from dialoom.errors import DialoomError, MissingExtra
from dialoom.models.weights import find_weights

MODULES: Final = ("torch", "transformers", "gguf", "accelerate")
SCORER: Final = "DIALOOM_SCORER"
REWARD: Final = "DIALOOM_REWARD_MODEL"
_LONGEST = 2_048


class ModelNotUsable(DialoomError):
    """A local model is not there or is of another kind."""

    exit_code = 6


class LanguageModel:
    """How likely texts are to a causal language model.

    Args:
        path: a folder as transformers saves one, or a GGUF file; left out, what DIALOOM_SCORER names, else the embedded
            model's weights.

    Raises:
        MissingExtra: the extra is not installed, or there are no weights.
        ModelNotUsable: there is no model at the path.
    """

    def __init__(self, path: Path | None = None) -> None:
        transformers = _transformers()
        named = os.environ.get(SCORER)
        chosen = path or (Path(named) if named else find_weights())
        if chosen is None:
            raise MissingExtra("there are no weights to score with", remedy=f"dialoom models pull, or set {SCORER}")
        self._tokenizer, self._model = _load(transformers, transformers.AutoModelForCausalLM, chosen)

    def losses(self, text: str, after: str = "") -> tuple[float, int]:
        """The summed loss in nats of a text's tokens after another text, and how many tokens count.

        Without a text before it the first token counts only where the model has a token for the beginning. Of what is
        beyond 2,048 tokens the earliest of `after` is left out, and then the end of the text.
        """
        import torch  # type: ignore[import-not-found, import-untyped, unused-ignore]

        own = self._ids(text)[:_LONGEST]
        room = _LONGEST - len(own)
        context = self._ids(after)[-room:] if after and room else []
        start = self._tokenizer.bos_token_id
        known = context or ([] if start is None else [start])
        if not own or len(known) + len(own) < 2:
            return 0.0, 0
        ids = torch.tensor([known + own])
        with torch.no_grad():
            logits = self._model(ids).logits[0, :-1].float()
        first = max(len(known) - 1, 0)
        losses = torch.nn.functional.cross_entropy(logits[first:], ids[0, first + 1 :], reduction="sum")
        return float(losses), len(ids[0]) - first - 1

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids


class RewardModel:
    """What a reward model says of conversations.

    Args:
        path: a folder with a sequence classifier of one output, as transformers saves it; left out, what
            DIALOOM_REWARD_MODEL names.

    Raises:
        MissingExtra: the extra is not installed, or no model is named.
        ModelNotUsable: there is no such model at the path, or it has several outputs.
    """

    def __init__(self, path: Path | None = None) -> None:
        transformers = _transformers()
        named = os.environ.get(REWARD)
        chosen = path or (Path(named) if named else None)
        if chosen is None:
            raise MissingExtra("no reward model is named", remedy=f"set {REWARD} to the folder of one")
        self._tokenizer, self._model = _load(transformers, transformers.AutoModelForSequenceClassification, chosen)
        if self._model.config.num_labels != 1:
            raise ModelNotUsable(
                f"the model in {chosen} has {self._model.config.num_labels} outputs", remedy="a reward model has one"
            )

    def score(self, turns: Sequence[Turn]) -> float:
        """The reward of a conversation, of which the first speaker is the user; NaN for none."""
        import torch  # type: ignore[import-not-found, import-untyped, unused-ignore]

        if not any(turn.text.strip() for turn in turns):
            return float("nan")
        messages = [
            {"role": "user" if turn.speaker == turns[0].speaker else "assistant", "content": turn.text}
            for turn in turns
        ]
        if self._tokenizer.chat_template:
            text: str = self._tokenizer.apply_chat_template(messages, tokenize=False)
        else:
            text = "\n".join(turn.text for turn in turns)
        ids = self._tokenizer(text, add_special_tokens=not self._tokenizer.chat_template)["input_ids"][-_LONGEST:]
        with torch.no_grad():
            return float(self._model(torch.tensor([ids])).logits[0, 0])


# Loading takes seconds, and a model is the same for all metrics; the path is part of the key.
@cache
def language_model(path: str | None) -> LanguageModel:
    """The model at a path, or the usual one, loaded once."""
    return LanguageModel(Path(path) if path else None)


@cache
def reward_model(path: str | None) -> RewardModel:
    """The model at a path, loaded once."""
    return RewardModel(Path(path) if path else None)


def _transformers() -> Any:
    try:
        import torch  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401
        import transformers  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise MissingExtra(
            f"scoring text with a model needs {error.name}", remedy="pip install 'dialoom[train]'"
        ) from error
    return transformers


def _load(transformers: Any, kind: Any, path: Path) -> tuple[Any, Any]:
    if not path.exists():
        raise ModelNotUsable(f"there is no model at {path}", remedy="name a folder of one, or a GGUF file")
    folder, file = (str(path.parent), {"gguf_file": path.name}) if path.is_file() else (str(path), {})
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, **file)
        model = kind.from_pretrained(folder, local_files_only=True, **file)
    except (OSError, ValueError, KeyError) as error:
        said = " ".join(str(error).split())[:200]
        raise ModelNotUsable(f"the model at {path} cannot be read: {said}") from error
    return tokenizer, model.eval()
