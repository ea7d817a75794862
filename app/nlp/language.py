"""Which language a text is written in."""

import re
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# Shorter texts, and lists of names and figures, are guessed wrong too often to be refused for it.
ENOUGH_CHARS = 200
SURE = 0.99
SAMPLE_CHARS = 20_000
LATIN_END = "\u0250"
WORD = re.compile(r"[^\W\d_]+")
# Frequent in English and not in other languages; a fifth of the words of English news are of these. A text with
# nearly as many is English, and the identifier, which reads byte by byte, need not be asked.
ENGLISH = frozenset({"the", "of", "and", "to", "that", "with", "from", "by", "has", "had", "have", "been", "were"})
ENGLISH |= frozenset({"which", "who", "they", "their", "would", "will", "said", "but", "this", "not"})
ENGLISH_SHARE = 1 / 6


@lru_cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> str:
    """The ISO 639-1 code of the text's language; "en" where the text is too short to tell or the guess is unsure.

    A text in another script than the Latin one is never "en", however short it is.
    """
    sample = text[:SAMPLE_CHARS]
    if _is_in_another_script(sample):
        return next(str(code) for code, _ in _identifier().rank(sample) if code != "en")
    if len(text) < ENOUGH_CHARS or _is_plainly_english(sample):
        return "en"
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= SURE else "en"


def _is_in_another_script(sample: str) -> bool:
    letters = [char for char in sample if char.isalpha()]
    return sum(char < LATIN_END for char in letters) * 2 < len(letters)


def _is_plainly_english(sample: str) -> bool:
    words = WORD.findall(sample.lower())
    return sum(map(ENGLISH.__contains__, words)) > ENGLISH_SHARE * len(words)
