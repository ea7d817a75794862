"""Of several people of a story who bear a surname, whom it means where it stands alone."""

from bisect import bisect_right
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from spacy.tokens import Doc, Span

from app.naming import suffix
from app.nlp.borders import titles_before
from app.nlp.people import short_forms
from app.nlp.story_actors import gender_of_word
from app.spans import ActorKind

COURTESIES = frozenset({"Mr.", "Mr", "Mrs.", "Mrs", "Ms.", "Ms", "Miss"})
# Who was named that many sentences ago, or fewer, is meant rather than whom the surname meant first.
NEAR = 2
# Sentences may be lists as long as texts.
LONGEST_CLIMB = 10
INSIDE_A_PHRASE = frozenset({"appos", "compound", "nmod", "conj"})


class Place(NamedTuple):
    """One place that names an actor, and the rule that found it."""

    start: int
    end: int
    rule: str


@dataclass(slots=True, eq=False)
class Draft:
    """An actor being put together: the name, where it is named, the titles before it there.

    `stood_out` is the offset where the actor was last named, a person more than in passing, -1 if nowhere yet.
    """

    name: str
    kind: ActorKind
    mentions: list[Place] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    stood_out: int = -1


class Bearers:
    """Tells in the order of the text whom each name means; `forms` are all forms of names that the text has."""

    def __init__(self, doc: Doc, forms: Container[str]) -> None:
        self._doc = doc
        self._forms = forms
        self._sentence_starts: list[int] = []
        self._meant_first: dict[tuple[str, str | None], Draft] = {}

    def meant(self, form: str, span: Span, drafts: Sequence[Draft]) -> Draft:
        """Whom of these a form of their names means at this place.

        "Mrs." or a title that one of them bears tells; a bare surname is not a "Jr." whom the story calls so. Else
        it is the one named last, if that is not long ago, or whom the surname meant first.
        """
        titles = titles_before(span.doc, span.start)
        told = drafts[0] if len(drafts) == 1 else self._of_several(form, span, drafts, titles)
        told.titles.update(titles)
        if told.kind != "person" or not _is_in_passing(span):
            told.stood_out = span.start_char
        return told

    def _of_several(self, form: str, span: Span, drafts: Sequence[Draft], titles: frozenset[str]) -> Draft:
        before = span.doc[span.start - 1].text if span.start else ""
        pronoun = gender_of_word(before) if before in COURTESIES else None
        fitting = _titled(titles, _going_with(pronoun, self._without_juniors(form, drafts)))
        last = max(fitting, key=lambda draft: draft.stood_out)
        earlier = self._meant_first.setdefault((form, pronoun), last)
        return last if earlier not in fitting or self._is_near(last, span) else earlier

    def _without_juniors(self, form: str, drafts: Sequence[Draft]) -> Sequence[Draft]:
        """Those whom the story does not tell apart by calling them "Kirby Jr."; all if it calls all of them so."""
        if suffix(form):
            return drafts
        return [draft for draft in drafts if not self._is_called_by_suffix(draft.name)] or drafts

    def _is_called_by_suffix(self, name: str) -> bool:
        return bool(suffix(name)) and any(suffix(short) and short in self._forms for short in short_forms(name))

    def _is_near(self, draft: Draft, span: Span) -> bool:
        """Whether somebody stood out a few sentences ago."""
        if not self._sentence_starts:
            self._sentence_starts = [sentence.start_char for sentence in self._doc.sents]
        here, there = (bisect_right(self._sentence_starts, at) for at in (span.start_char, draft.stood_out))
        return draft.stood_out >= 0 and here - there <= NEAR


def _is_in_passing(name: Span) -> bool:
    """Whether a preposition or a possessive is all that the name hangs on ("the death of his wife Ann Lee")."""
    token = name.root
    for _ in range(LONGEST_CLIMB):
        if token.dep_ not in INSIDE_A_PHRASE:
            break
        token = token.head
    return token.dep_ == "poss" or (token.dep_ == "pobj" and token.head.dep_ != "agent")


def _titled(titles: frozenset[str], drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Those whose name has stood behind one of the titles; all if nobody's has."""
    return [draft for draft in drafts if not titles.isdisjoint(draft.titles)] or drafts


def _going_with(pronoun: str | None, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Those whose first name goes with a pronoun; else those whose first name does not say; else all."""
    if pronoun is None:
        return drafts
    told = [(draft, gender_of_word(draft.name.split()[0])) for draft in drafts]
    sure = [draft for draft, gender in told if gender == pronoun]
    return sure or [draft for draft, gender in told if gender is None] or drafts
