"""How names are compared across stories: what tells who is meant, and what may only hint at it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from app.naming import (
    NICKNAME,
    PARTICLES,
    SUFFIX,
    given_forms,
    is_family_first,
    known_organisations,
    nickname,
    suffix,
    surname,
)
from app.store.keys import index_key

# Names come again and again, in a story and from one to the next.
CACHED = 10_000
ACRONYM = re.compile(r"(?:[A-Z]\.?){2,6}")
COMPANY_ENDS = frozenset({"inc", "corp", "corporation", "co", "ltd", "limited", "plc", "llc"})
# "Kim Jong-un" is "Kim Jong Un"; "Jean-Luc" is not "Jean Luc".
SMALL_BEHIND_HYPHEN = re.compile(r"-(?=[a-z])")
JOINED_INITIALS = re.compile(r"\.(?=\w)")


class Keys(NamedTuple):
    """`identity` is the same for all names that may be one actor's, None where a name does not tell whose it is.

    `short` is what the actor may be called besides: a person's surname, an organisation's acronym.
    """

    identity: str | None
    short: str | None


@lru_cache(CACHED)
def name_key(name: str) -> str:
    """A name as compared: no case, accents, full stops, possessive or surplus space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"['’]s?$", "", plain.replace(".", ""))
    return index_key(" ".join(re.sub(r"[^\w\s&'-]", " ", plain).split()) or plain)


@lru_cache(CACHED)
def keys_of(kind: str, name: str) -> Keys:
    """What an actor of that kind and name is looked up by."""
    if kind == "person":
        return _person_keys(name)
    return _organisation_keys(name) if kind == "organisation" else Keys(name_key(name) or None, None)


def _person_keys(name: str) -> Keys:
    """First name, surname and "Jr." tell a person; middle names are left to `agree`."""
    parts = _parts(name)
    if len(parts) < 2 or name.split()[0] in PARTICLES:
        return Keys(None, None)
    return Keys(_identity(parts, name), name_key(surname(name)) or None)


def _identity(parts: list[str], name: str) -> str:
    return " ".join(filter(None, (parts[0], parts[-1], suffix(name))))


@lru_cache(CACHED)
def also_called(name: str) -> tuple[str, ...]:
    """The identity keys of what a person may be called instead, by short forms of the first name ("Bill")."""
    first, *rest = _parts(name) or [""]
    if not rest:
        return ()
    own = nickname(name)
    others = given_forms().get(first, frozenset()) | ({name_key(own)} if own else set())
    return tuple(sorted(_identity([other, *rest], name) for other in others))


def _parts(name: str) -> list[str]:
    plain = NICKNAME.sub("", SUFFIX.sub("", name))
    if is_family_first(plain.split()):
        return name_key(plain.replace("-", " ")).split()
    return name_key(JOINED_INITIALS.sub(". ", SMALL_BEHIND_HYPHEN.sub(" ", plain))).split()


def _organisation_keys(name: str) -> Keys:
    """No article, "Inc." or British spelling; well-known acronyms are their full names."""
    plain = name.removeprefix("The ").removeprefix("the ")
    known = known_organisations().get(plain)
    short = name_key(plain) if is_acronym(plain) else None
    if known is None and short is not None:
        return Keys(None, short)
    words = re.sub(r"isation\b", "ization", name_key(known or plain).replace("-", " ")).split()
    while len(words) > 1 and words[-1] in COMPANY_ENDS:
        words.pop()
    return Keys(" ".join(words) or None, short)


def is_acronym(name: str) -> bool:
    """Whether a name is capitals alone ("ANC", "U.N.")."""
    return ACRONYM.fullmatch(name) is not None


def is_full(kind: str, name: str) -> bool:
    """Whether a name is one to show an actor under, where there is a choice."""
    return keys_of(kind, name).identity is not None and not is_acronym(name)


def agree(name: str, others: Iterable[str]) -> bool:
    """Whether the middle names of a person fit all other names of the same identity ("J." fits "John" and nothing)."""
    middle = _parts(name)[1:-1]
    return all(_fit(middle, _parts(other)[1:-1]) for other in others)


def _fit(one: list[str], other: list[str]) -> bool:
    return all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in zip(one, other, strict=False))
