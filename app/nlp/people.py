"""Which names of a story are the same person's: surnames, first names, initials and full forms."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from app.naming import NICKNAME, SUFFIX, given_forms, given_names, may_be_short_for, nickname, spelling, suffix, surname

# Of one surname, that many are told apart; a text with more is a list.
MOST_BEARERS = 30
# Surnames that begin so are said without it too ("al-Sisi", "Sisi").
ARTICLES = ("al-", "el-")


@dataclass(slots=True)
class Person:
    """One person of a story: the forms of the name with where each was seen first (offset)."""

    forms: Counter[str] = field(default_factory=Counter)
    first_seen: int = 0

    @property
    def name(self) -> str:
        """The fullest form, of equals the first; one that is not all in capitals if there is one."""
        return max(self.forms, key=lambda form: (len(form.split()), not form.isupper(), len(form)))


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """A name as compared: no case, no full stops."""
    return re.sub(r"[.]", "", name).casefold()


def same_person(one: str, other: str) -> bool:
    """Whether two names of two words or more may be one person's ("A. B. Smith", "Ann Smith")."""
    if suffix(one) != suffix(other):
        return False
    if key(one) == key(surname(other)) or key(other) == key(surname(one)):
        return True
    if spelling(surname(one)) != spelling(surname(other)):
        return False
    first, second = ([key(part) for part in _apart(given_names(name))] for name in (one, other))
    if _is_called(one, second) or _is_called(other, first):
        return True
    return all(_agree(a, b) for a, b in zip(first, second, strict=False)) or _middle_left_out(first, second)


def _apart(given: list[str]) -> list[str]:
    """Given names with joined initials taken apart ("F.D." -> "F", "D")."""
    return [part for name in given for part in (name.split(".") if "." in name else [name]) if part]


def _is_called(name: str, given: list[str]) -> bool:
    """Whether the nickname that stands within a name is the first of these given names."""
    called = nickname(name)
    return called is not None and given[:1] == [key(called)]


def _agree(one: str, other: str) -> bool:
    if spelling(one) == spelling(other) or may_be_short_for(one, other):
        return True
    return (len(one) == 1 or len(other) == 1) and one[0] == other[0]


def _middle_left_out(one: list[str], other: list[str]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and len(shorter) < len(longer) and all(part in longer for part in shorter)


def short_forms(name: str) -> list[str]:
    """What a person is called besides the full name, found wherever the text says it: surname, nickname in marks."""
    behind, last = suffix(name), surname(name)
    called = [last, *filter(None, [nickname(name), _acronym(name)])]
    if last.casefold().startswith(ARTICLES):
        called.append(last[3:])
    if behind:
        called += [f"{last} {form}" for form in (behind.capitalize(), f"{behind.capitalize()}.", behind.upper())]
    parts = NICKNAME.sub("", name).split()
    # "Suu Kyi", "Garcia Marquez"
    return [*called, " ".join(parts[-2:])] if len(parts) > 2 and not behind else called


def _acronym(name: str) -> str | None:
    """What somebody of three names or more may be called ("RFK" for "Robert F. Kennedy")."""
    letters = "".join(part[0] for part in NICKNAME.sub("", SUFFIX.sub("", name)).split() if part[0].isalpha())
    return letters.upper() if len(letters) > 2 else None


def called_alone(name: str) -> set[str]:
    """The given names, short forms included, that mean the person where the story uses them alone."""
    given = given_names(name)
    short = {form for first in given[:1] for form in given_forms().get(key(first), ())}
    return {*given[:1], *given[1:][-1:], *short, *filter(None, [nickname(name)]), name.split()[-1]}


def group(full_names: Iterable[tuple[str, int]]) -> list[Person]:
    """The persons behind the full names of a story, given with the offsets where they stand."""
    by_surname: dict[str, list[Person]] = defaultdict(list)
    for name, offset in full_names:
        bearers = by_surname[spelling(surname(name).split()[-1])]
        fitting = [person for person in bearers[-MOST_BEARERS:] if same_person(person.name, name)]
        if not fitting:
            bearers.append(Person(first_seen=offset))
            fitting = bearers[-1:]
        fitting[-1].forms[name] += 1
    return [person for bearers in by_surname.values() for person in bearers]
