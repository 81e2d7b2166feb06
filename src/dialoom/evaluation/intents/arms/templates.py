"""Name templates: the intent's name in common frames."""

from __future__ import annotations

from dialoom.evaluation.intents.arms._arm import Arm, Lines, Scene
from dialoom.intents.derive import spoken
from dialoom.intents.utterances import Utterance

_FRAMES = (
    *("{0}", "{0} please", "i want {0}", "i need help with {0}", "can you help me with {0}", "tell me about {0}"),
    *("what about {0}", "i have a question about {0}", "i would like to talk about {0}", "could you do {0} for me"),
    *("how do i do {0}", "this is about {0}", "i am calling about {0}", "what is my {0}", "please tell me my {0}"),
    *("i want to know about {0}", "help with {0}", "is there a way to do {0}", "let's do {0}", "{0} now"),
    *("my {0}", "the {0}", "about my {0}", "regarding {0}", "do you know about {0}", "can i get {0}"),
    *("show me {0}", "give me {0}", "hi, {0}", "i'm looking for {0}", "something about {0}", "a question on {0}"),
)


def _add(scene: Scene) -> Lines:
    found: Lines = []
    for intent in scene.rare:
        frames = list(_FRAMES)
        scene.random(f"templates/{intent}").shuffle(frames)
        found += [Utterance(frame.format(spoken(intent)), intent, synthetic=True) for frame in frames[: scene.most]]
    return found


ARM = Arm("templates", "the intent's name in common frames", free=True, add=_add)
