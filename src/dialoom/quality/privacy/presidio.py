"""Names, places and the like, found by Microsoft Presidio where the extra `privacy` is installed.

Presidio's own patterns need no model. People and places take a spaCy model, which is a package of its own: one that is
installed for the language is used; without any, the patterns alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dialoom.errors import MissingExtra
from dialoom.quality.privacy._find import Finder, Found
from dialoom.quality.privacy._names import NAME

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

# Dates, organisations and nationalities are mostly what a talk is about.
ENTITIES = ("PERSON", "LOCATION", "CRYPTO", "MEDICAL_LICENSE", "US_PASSPORT", "US_DRIVER_LICENSE", "US_ITIN", "UK_NHS")
_OURS = {"PERSON": NAME}
_LEAST_SCORE = 0.4


def has_presidio() -> bool:
    """Whether the extra is installed."""
    return find_spec("presidio_analyzer") is not None


def presidio_finder(
    language: str = "en", *, entities: Sequence[str] = ENTITIES, model: str | None = None
) -> tuple[Finder, str | None]:
    """A finder, and the name of the spaCy model behind it, None where there is none.

    Args:
        language: of the texts, as a two-letter code.
        model: a spaCy package or folder; left out, the largest that is installed for the language.

    Raises MissingExtra where Presidio is not installed, or the model that was named.
    """
    try:
        import presidio_analyzer
        import spacy
    except ImportError as error:
        raise MissingExtra(
            f"finding names needs Presidio ({error})", remedy="pip install 'dialoom[privacy]'"
        ) from error
    chosen = model or _installed(language)
    try:
        pipeline = spacy.load(chosen) if chosen else spacy.blank(language)
    except OSError as error:
        raise MissingExtra(
            f"there is no spaCy model '{chosen}'", remedy="install one, such as en_core_web_sm, or name its folder"
        ) from error
    engine = presidio_analyzer.nlp_engine.SpacyNlpEngine(
        models=[{"lang_code": language, "model_name": chosen or "blank"}]
    )
    engine.nlp = {language: pipeline}
    analyzer = presidio_analyzer.AnalyzerEngine(nlp_engine=engine, supported_languages=[language])
    known = set(analyzer.get_supported_entities(language))
    return _Finder(analyzer, language, [entity for entity in entities if entity in known]), chosen


def _installed(language: str) -> str | None:
    from spacy.util import get_installed_models

    order = ("sm", "md", "lg", "trf")
    fitting: list[Any] = [name for name in get_installed_models() if name.startswith(f"{language}_")]
    return max(fitting, key=lambda name: (name.rpartition("_")[2] in order, name.rpartition("_")[2]), default=None)


class _Finder:
    def __init__(self, analyzer: AnalyzerEngine, language: str, entities: list[str]) -> None:
        self._analyzer = analyzer
        self._language = language
        self._entities = entities

    def __call__(self, text: str) -> Iterable[Found]:
        if not text.strip():
            return []
        results = self._analyzer.analyze(text, self._language, entities=self._entities, score_threshold=_LEAST_SCORE)
        return [Found(one.start, one.end, _OURS.get(one.entity_type, one.entity_type)) for one in results]
