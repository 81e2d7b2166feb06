"""The locales of Amazon Lex V2, and which one a language tag means."""

from __future__ import annotations

# Of a language with several locales, the first is meant by the language alone.
_LOCALES = (
    *("ar_AE", "ca_ES", "de_DE", "de_AT", "en_US", "en_AU", "en_GB", "en_IN", "en_ZA", "es_US", "es_419", "es_ES"),
    *("fi_FI", "fr_FR", "fr_CA", "hi_IN", "it_IT", "ja_JP", "ko_KR", "nl_NL", "no_NO", "pl_PL", "pt_BR", "pt_PT"),
    *("sv_SE", "zh_CN", "zh_HK"),
)
_BY_TAG = {locale.casefold(): locale for locale in _LOCALES}


def locale_of(language: str) -> str | None:
    """The locale of a language tag such as `de`, `de-DE` or `de_DE`; None where Lex has none."""
    tag = language.replace("-", "_").casefold()
    if tag in _BY_TAG:
        return _BY_TAG[tag]
    return next((locale for locale in _LOCALES if locale.startswith(f"{tag}_")), None)
