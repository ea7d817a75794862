"""Which names of a story are the same organisation's: full names, acronyms and short forms."""

import re
from collections import Counter
from dataclasses import dataclass, field

from app.nlp.kinds import known_organisations
from app.nlp.lexicons import words

SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "on", "&", "de"})


@dataclass(slots=True)
class Organisation:
    """One organisation of a story and the forms of its name."""

    forms: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The fullest form; one that is not all in capitals if there is one."""
        return max(self.forms, key=lambda form: (len(form.split()), not form.isupper(), len(form), form))


def group(names: Counter[str], text: str) -> list[Organisation]:
    """The organisations behind the names, longer names first."""
    found: list[Organisation] = []
    for name in sorted(names, key=lambda name: (-len(name.split()), -len(name), name)):
        home = next((known for known in found if any(_same(form, name, text) for form in known.forms)), None)
        if home is None:
            home = Organisation()
            found.append(home)
        home.forms[name] += names[name]
    return found


def _same(longer: str, shorter: str, text: str) -> bool:
    if longer.casefold() == shorter.casefold() or _known(longer) == _known(shorter):
        return True
    return _is_acronym(longer, shorter, text) or _is_short_form(longer, shorter)


def _known(name: str) -> str:
    return known_organisations().get(name, name)


def initials(name: str) -> str:
    """The first letters of a name's words, small words left out ("World Health Organization" -> "WHO")."""
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word and word.casefold() not in SMALL_WORDS).upper()


def _is_acronym(full: str, short: str, text: str) -> bool:
    if " " in short or " " not in full:
        return False
    letters = short.replace(".", "")
    if not letters.isupper():
        return False
    return (
        letters == initials(full) or re.search(rf"{re.escape(full)}\s*\(\s*{re.escape(short)}\s*\)", text) is not None
    )


def _is_short_form(full: str, short: str) -> bool:
    """Whether the longer name is the shorter with words such as "Inc." or "Group" behind it."""
    long_parts, short_parts = full.split(), short.split()
    if len(long_parts) <= len(short_parts) or long_parts[: len(short_parts)] != short_parts:
        return False
    rest = long_parts[len(short_parts) :]
    return all(part in words("organisation_words.txt") or part in {"&", "and"} for part in rest)
