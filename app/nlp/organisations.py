"""Which names of a story are the same organisation's: full names, acronyms and short forms."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.naming import known_organisations
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
    """The organisations behind the names; each name is looked up under all that the longer ones may be called."""
    found: list[Organisation] = []
    homes: dict[str, Organisation] = {}
    ends = Counter(name.split()[-1] for name in names if " " in name)
    for name in sorted(names, key=lambda name: (-len(name.split()), -len(name), name)):
        calls = [name.casefold(), _known(name), name.replace(".", "") if name.isupper() else name]
        if ends[name] == 1:
            calls.append(_ending(name))
        home = next((homes[call] for call in calls if call in homes), None)
        if home is None:
            home = Organisation()
            found.append(home)
        home.forms[name] += names[name]
        for call in _calls(name, text):
            homes.setdefault(call, home)
    return found


def _calls(name: str, text: str) -> Iterator[str]:
    """What an organisation may be called besides, or what it is looked up by."""
    yield name.casefold()
    yield _known(name)
    if " " not in name:
        return
    yield initials(name)
    bracketed = re.compile(rf"{re.escape(name)}\s*\(\s*([^\s()]{{2,12}})\s*\)").search(text)
    if bracketed is not None and bracketed.group(1).isupper():
        yield bracketed.group(1).replace(".", "")
    yield from _short_forms(name)
    yield _ending(name.split()[-1])


def _ending(word: str) -> str:
    """What the only body of the story whose name ends in "Commission" is looked up by when it is "the Commission"."""
    return f"… {word}"


def _short_forms(name: str) -> Iterator[str]:
    """The name without words such as "Inc." or "Group" at its end."""
    parts = name.split()
    while len(parts) > 1 and (parts[-1] in words("organisation_words.txt") or parts[-1] in {"&", "and"}):
        parts.pop()
        yield " ".join(parts).casefold()


def _known(name: str) -> str:
    return known_organisations().get(name, name)


def initials(name: str) -> str:
    """The first letters of a name's words, small words left out ("World Health Organization" -> "WHO")."""
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word and word.casefold() not in SMALL_WORDS).upper()
