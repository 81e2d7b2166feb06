"""Whether a dialogue means what it was asked to be about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from dialoom.dialogue import Dialogue
from dialoom.quality._topic import topic_text
from dialoom.quality.embedding import load_embedding
from dialoom.quality.metrics._metric import Metric, Needs

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed


@cache
def _embedding() -> Embed:
    return load_embedding()


def likeness(dialogues: Sequence[Dialogue]) -> list[float]:
    """The cosine of the embeddings of the topic and of the talk, -1..1; 1.0 where either has no text.

    The topic is the scenario, else the field `subtopic`, else the topic. Unlike `on_topic` it needs no shared words.
    """
    topics = [topic_text(one) or "" for one in dialogues]
    texts = [one.text() for one in dialogues]
    vectors = _embedding()([*topics, *texts])
    cosines = (vectors[: len(topics)] * vectors[len(topics) :]).sum(axis=1).tolist()
    return [
        max(-1.0, min(1.0, cosine)) if topic.strip() and text.strip() else 1.0
        for cosine, topic, text in zip(cosines, topics, texts, strict=True)
    ]


METRIC = Metric(
    "topic_likeness",
    "cosine of the embeddings of topic and talk, -1..1; 1 where there is no topic",
    "float",
    lambda dialogue: likeness([dialogue])[0],
    range=(-1, 1),
    cost="model",
    needs=Needs("embeddings", ("wordllama",)),
    measure_many=likeness,
)
