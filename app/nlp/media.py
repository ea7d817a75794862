"""News media: their names and the nouns for them, and the words by which a story says what one was told."""

import re
from functools import lru_cache

from app.nlp.lexicons import words

NAME = r"[A-Z][\w&’'.-]*\w"
ARTICLE = re.compile(r"(?:The|the) ")


@lru_cache
def nouns() -> frozenset[str]:
    """Nouns for media in small letters: "state tv", "newspaper"."""
    return frozenset(word.lower() for word in words("media.txt") if word[:1].islower())


@lru_cache
def _known() -> str:
    """A pattern of the listed names, the longest first."""
    listed = sorted((word for word in words("media.txt") if word[:1].isupper()), key=len, reverse=True)
    return "|".join(re.escape(word) for word in listed)


@lru_cache
def _looks() -> str:
    """A pattern of what looks like a medium's name: "Radio Tide", "the Harbour Times"."""
    endings = "|".join(sorted(words("media_words.txt"), key=len, reverse=True))
    return rf"Radio {NAME}|(?:{NAME} ){{1,4}}(?:{endings})"


@lru_cache
def _whole_name() -> re.Pattern[str]:
    return re.compile(_looks())


def is_name(phrase: str) -> bool:
    """Is it the name of a news medium, a listed one or by its look?"""
    if not phrase[:1].isupper():
        return False
    return phrase in words("media.txt") or _whole_name().fullmatch(ARTICLE.sub("", phrase)) is not None


@lru_cache
def reporting() -> re.Pattern[str]:
    """A medium behind "reported by"."""
    return re.compile(rf"\b(?:reported|published|broadcast|detailed) by ((?:[Tt]he )?(?:{_known()}|{_looks()}))\b")


@lru_cache
def told() -> re.Pattern[str]:
    """A medium behind "told", by name or with a noun before it ("the daily Tide")."""
    before = "|".join(re.escape(noun) for noun in sorted(nouns(), key=len, reverse=True))
    names = rf"{_known()}|(?:{before}) (?:{NAME} ?){{1,3}}|{_looks()}"
    return re.compile(rf"\b(?:told|tells|telling|tell) ((?:[Tt]he )?(?:{names}))\b")
