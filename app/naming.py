"""What a name tells by itself: surnames, suffixes, and the well-known organisations. No spaCy here."""

import re
from functools import lru_cache
from pathlib import Path

ORGANISATIONS = Path(__file__).parent / "nlp" / "data" / "organisations.tsv"

SUFFIX = re.compile(r",? (?:Jr|Sr)\.?$|,? (?:II|III|IV)$")
# Parts of names that are written small.
PARTICLES = frozenset(
    {"de", "da", "di", "del", "della", "der", "den", "van", "von", "bin", "ibn", "bint", "al", "el", "la", "le"}
)
PARTICLES |= frozenset({"wa", "dos", "das", "du", "ben", "ould", "zu", "ter", "ten", "y"})


@lru_cache(maxsize=4096)
def surname(name: str) -> str:
    """The last name with its particles ("van der Berg") and without "Jr."."""
    parts = SUFFIX.sub("", name).split()
    start = len(parts) - 1
    while start > 1 and parts[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(parts[start:])


def suffix(name: str) -> str:
    """What stands behind the surname ("jr", "iii"), or nothing."""
    found = SUFFIX.search(name)
    return found.group().strip(" ,.").casefold() if found else ""


@lru_cache
def known_organisations() -> dict[str, str]:
    """The full name of each well-known organisation by each of its forms."""
    found: dict[str, str] = {}
    for line in ORGANISATIONS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, short = line.partition("\t")
            found.update({form: name for form in (name, *short.split("|")) if form.strip()})
    return found
