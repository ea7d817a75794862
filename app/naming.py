"""What a name tells by itself: surnames, suffixes, short forms, and the well-known organisations. No spaCy here."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "nlp" / "data"

SUFFIX = re.compile(r",? (?:Jr|Sr)\.?$|,? (?:II|III|IV)$")
# A short name in marks or brackets between given name and surname ('William "Bill" Gates', "Robert (Bob) Lee").
NICKNAME = re.compile(r" [(\"“‘']([^\W\d_]+)[)\"”’'](?= )")
# Parts of names that are written small.
PARTICLES = frozenset(
    {"de", "da", "di", "del", "della", "der", "den", "van", "von", "bin", "ibn", "bint", "al", "el", "la", "le"}
)
PARTICLES |= frozenset({"wa", "dos", "das", "du", "ben", "ould", "zu", "ter", "ten", "y"})
# "Zelensky", "Zelenskyy", "Zelenskiy".
SKY = re.compile(r"sk(?:yy|iy|ij|yi|ii|yj|y)$")
DOUBLE = re.compile(r"(.)\1")
# Given names as Korean and Chinese ones are written: "Geun-hye", "Dae Jung".
SYLLABLES = re.compile(r"[A-Z][a-z]{0,6}-[A-Za-z][a-z]{0,5}")
SYLLABLE = re.compile(r"[A-Z][a-z]{1,4}")


@lru_cache(maxsize=4096)
def surname(name: str) -> str:
    """The family name: the last one with its particles ("van der Berg"), the first of "Xi Jinping"; no "Jr."."""
    parts = SUFFIX.sub("", name).split()
    if is_family_first(parts):
        return parts[0]
    start = len(parts) - 1
    while start > 1 and parts[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(parts[start:])


def given_names(name: str) -> list[str]:
    """The names before the surname, or behind it where it comes first; a nickname in marks is none of them."""
    parts = NICKNAME.sub("", SUFFIX.sub("", name)).split()
    return parts[1:] if is_family_first(parts) else parts[: -len(surname(name).split())]


def is_family_first(parts: list[str]) -> bool:
    """Whether a name in these parts begins with the family name, as Chinese and Korean ones do."""
    if not 1 < len(parts) < 4 or parts[0] not in family_names():
        return False
    if len(parts) == 2:
        return SYLLABLES.fullmatch(parts[1]) is not None or (
            family_names()[parts[0]] and parts[1].isalpha() and parts[1] not in family_names()
        )
    return all(SYLLABLE.fullmatch(part) and part not in first_names() for part in parts[1:])


def suffix(name: str) -> str:
    """What stands behind the surname ("jr", "iii"), or nothing."""
    found = SUFFIX.search(name)
    return found.group().strip(" ,.").casefold() if found else ""


def nickname(name: str) -> str | None:
    """The short name that stands within a name in marks or brackets."""
    found = NICKNAME.search(name)
    return found.group(1) if found else None


@lru_cache(maxsize=4096)
def spelling(name: str) -> str:
    """A name with what spellings differ in made alike, to be compared: "Marc" and "Mark", "Zelenskyy", "Zelensky"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"c(?!h)", "k", plain.replace(".", "").replace("ph", "f"))
    return DOUBLE.sub(r"\1", SKY.sub("ski", plain))


def may_be_short_for(one: str, other: str) -> bool:
    """Whether two given names may be one person's by the custom of English ("Bill", "William"), case ignored."""
    return one.casefold() in given_forms().get(other.casefold(), frozenset())


@lru_cache
def given_forms() -> dict[str, frozenset[str]]:
    """The other given names that each may stand for, or be called by; all in small letters."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for full, short in _rows("nicknames.tsv"):
        for form in short.split("|"):
            found[full].add(form)
            found[form].add(full)
    return {name: frozenset(others) for name, others in found.items()}


@lru_cache
def first_names() -> frozenset[str]:
    """First names common in the news."""
    return frozenset(name for name, _ in _rows("first_names.txt"))


@lru_cache
def family_names() -> dict[str, bool]:
    """Family names that come first, and whether that is sure of them wherever they begin a name."""
    return {name: sure == "sure" for name, sure in _rows("family_names.tsv")}


@lru_cache
def known_organisations() -> dict[str, str]:
    """The full name of each well-known organisation by each of its forms."""
    return {
        form: name for name, short in _rows("organisations.tsv") for form in (name, *short.split("|")) if form.strip()
    }


def _rows(file: str) -> Iterator[tuple[str, str]]:
    """The first two columns of a word list."""
    for line in (DATA / file).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            first, _, second = line.partition("\t")
            yield first, second.strip()
