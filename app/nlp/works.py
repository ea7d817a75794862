"""Titles of works: quotation marks around the name of a book, a song or a show hold nothing that anybody said."""

import re
from functools import lru_cache

from app.nlp.lexicons import rows, words
from app.nlp.marks import MARKS, Quotation

FARTHEST = 60
LONGEST_TITLE = 120
SMALL_WORD = 4  # shorter ones ("of", "the") are small in titles too
FEWEST_WORDS = 2
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
# Who gives a name with these words calls something so in words of his own: "what he called “Crooked Street”".
BY_SOMEBODY = re.compile(r"(?:\b(?:I|he|she|we|they|who|it|has|have|had)|[A-Z][\w.’'-]*) \w+ $")


def is_title(text: str, quotation: Quotation) -> bool:
    """Does the quotation hold the title of a work, by its capitals and by the words beside it?"""
    inside = text[quotation.start : quotation.end].strip(MARKS)
    if not quotation.closed or len(inside) > LONGEST_TITLE:
        return False
    names = WORD.findall(inside)
    if not names or not _has_capitals(names):
        return False
    before = text[max(0, quotation.start - FARTHEST) : quotation.start]
    if _work_before().search(before) or _work_behind().match(text, quotation.end):
        return True
    verb = _verb_before().search(before)
    return verb is not None and len(names) >= FEWEST_WORDS and not (verb["named"] and BY_SOMEBODY.search(before))


def _has_capitals(names: list[str]) -> bool:
    return not names[0][0].islower() and not any(word[0].islower() for word in names if len(word) >= SMALL_WORD)


@lru_cache
def _work_before() -> re.Pattern[str]:
    """Such as "her novel ", "in his 2012 book, " and, with a medium, "NBC's "."""
    media = "|".join(re.escape(name) for name in sorted(words("media.txt")) if name[0].isupper())
    return re.compile(rf"(?:\b(?:{_works()}),? |\b(?:{media}|[A-Z]{{3,5}})['’]s )$")


@lru_cache
def _work_behind() -> re.Pattern[str]:
    """Such as ", a film about dockers"."""
    return re.compile(rf",? (?:an?|the|his|her|their) (?:[\w’'-]+ ){{0,3}}(?:{_works()})\b")


def _works() -> str:
    nouns = "|".join(re.escape(noun) for noun in sorted(words("work_nouns.txt")))
    return f"(?:{nouns})s?"


@lru_cache
def _verb_before() -> re.Pattern[str]:
    named = "|".join(verb for verb, *kind in rows("work_verbs.txt") if kind)
    other = "|".join(re.escape(verb) for verb, *kind in rows("work_verbs.txt") if not kind)
    return re.compile(rf"\b(?:(?P<named>{named})|(?:{other})) $")
