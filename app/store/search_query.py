"""What a reader types into a search box, made safe."""

import re
from dataclasses import dataclass

MAX_TERMS = 40
# To look a row up by itself takes as long as to walk along an index for so many.
NEAR = 200

# All words that begin so are gathered before the first story is found, so a beginning has a few letters.
BEGINNING = re.compile(r"[^\W_]{3}\*+$")

# A word with the accents, and what else an index keeps together with its letters.
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\ue000-\uf8ff])+")

TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, with a letter or digit in it and no quotation mark; `is_prefix` asks for beginnings."""

    words: str
    is_prefix: bool = False

    @property
    def parts(self) -> tuple["Term", ...]:
        """Its words, each as a term: the last of a phrase may be a beginning."""
        *others, last = WORD.findall(self.words)
        return (*map(Term, others), Term(last, self.is_prefix))


@dataclass(frozen=True, slots=True)
class Query:
    """What must be there, one term of each group, and what must not be."""

    groups: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that it tells of, wanted or not."""
        return tuple(term for group in (*self.groups, self.unwanted) for term in group)

    @property
    def has_beginnings(self) -> bool:
        """Whether it asks for beginnings of words."""
        return any(term.is_prefix for term in self.terms)

    @property
    def effort(self) -> int:
        """How many words have to be looked up for it; for a phrase they are looked up together once more."""
        return sum(1 if len(term.parts) == 1 else 2 * len(term.parts) for term in self.terms)


class TooFrequentError(ValueError):
    """More words begin like `beginning` than can be gathered."""

    def __init__(self, beginning: str) -> None:
        super().__init__(f"too many words begin with {beginning!r}")
        self.beginning = beginning


def parse(q: str) -> Query:
    """Read words, "phrases", prefix*, OR and -not; anything else is taken as words, so nothing is ever an error."""
    groups: list[list[Term]] = []
    unwanted: list[Term] = []
    join_next = False
    for match in list(TERM.finditer(_straight(q)))[:MAX_TERMS]:
        if match["word"] == "OR":
            join_next = bool(groups)
            continue
        term = _term(match)
        if term is None or match["word"] == "AND":
            continue
        if match["minus"]:
            unwanted.append(term)
        elif join_next:
            groups[-1].append(term)
        else:
            groups.append([term])
        join_next = False
    return Query(tuple(map(tuple, groups)), tuple(unwanted))


def _straight(q: str) -> str:
    return re.sub("[“”„«»]", '"', q.replace("\0", ""))


def _term(match: re.Match[str]) -> Term | None:
    words: str = match["word"] if match["phrase"] is None else match["phrase"]
    if not any(character.isalnum() for character in words):
        return None
    return Term(words.strip("*"), is_prefix=match["phrase"] is None and BEGINNING.search(words) is not None)
