"""The embedded model's weights as a folder that transformers trains, made once a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialoom.models.weights import find_weights


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("gguf", reason="gguf is not installed")
    weights = find_weights()
    if weights is None:
        pytest.skip("the embedded model is not there: dialoom models pull")
    return transformers.AutoTokenizer.from_pretrained(str(weights.parent), gguf_file=weights.name)


@pytest.fixture(scope="session")
def model_folder(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    weights = find_weights()
    assert weights is not None
    model = transformers.AutoModelForCausalLM.from_pretrained(
        str(weights.parent), gguf_file=weights.name, dtype=torch.bfloat16
    )
    # transformers holds what it read from GGUF for quantised, and will not train it, though the tensors are whole.
    del model.config.quantization_config
    model.is_quantized = False
    plain = transformers.AutoModelForCausalLM.from_config(model.config, dtype=torch.bfloat16)
    plain.load_state_dict(model.state_dict())
    folder = tmp_path_factory.mktemp("model")
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
