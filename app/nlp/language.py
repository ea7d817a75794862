"""Which language a text is written in."""

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# Shorter texts, and lists of names and figures, are guessed wrong too often to be refused for it.
ENOUGH_CHARS = 200
SURE = 0.99


@lru_cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> str:
    """The ISO 639-1 code of the text's language; "en" where the text is too short to tell or the guess is unsure."""
    if len(text) < ENOUGH_CHARS:
        return "en"
    code, probability = _identifier().classify(text[:20_000])
    return str(code) if probability >= SURE else "en"
