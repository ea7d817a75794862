"""What a name of a story is: evidence from all its places is added up, so that one kind holds throughout."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain
from typing import Literal

from spacy.tokens import Doc, Span

from app.nlp.gazetteer import cities, is_person_like, reading
from app.nlp.lexicons import rows, words
from app.nlp.names import Candidate
from app.nlp.people import key, surname

Kind = Literal["person", "organisation", "place", "other"]
Evidence = Iterable[tuple[Kind, float]]

KINDS: tuple[Kind, ...] = ("person", "organisation", "place", "other")
SURNAME_OF_A_PERSON = 3.0

BY_LABEL: dict[str, Kind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}
AGE = re.compile(r"\s*(?:,|\()\s*(?:aged )?\d{1,2}\s*(?:,|\)|years?\b|\.)")
ACRONYM = re.compile(r"(?:[A-Z]{2,6}|(?:[A-Z]\.){2,6})")
PLACE_PREPOSITIONS = frozenset({"in", "at", "near", "into", "across", "throughout", "outside", "inside"})


def decide(doc: Doc, names: list[Candidate]) -> dict[str, Kind]:
    """The kind of every name by its `key`; a single word that is a person's surname is that person's name."""
    places: dict[str, list[Candidate]] = defaultdict(list)
    for name in names:
        places[key(doc[name.start : name.end].text)].append(name)
    found: dict[str, Kind] = {}
    surnames: set[str] = set()
    for form in sorted(places, key=lambda form: -len(form.split())):
        found[form] = _weigh(chain(_said_of(doc, places[form]), _of_surname(form, surnames, len(places[form]))))
        if found[form] == "person" and " " in form:
            surnames.add(key(surname(form)))
    return found


def _weigh(evidence: Evidence) -> Kind:
    """The kind with the most weight; of equals the first of the four."""
    weights: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    for kind, weight in evidence:
        weights[kind] += weight
    return max(KINDS, key=weights.__getitem__)


def _said_of(doc: Doc, places: list[Candidate]) -> Evidence:
    """What each place of the name says, and once what the lexicons know of it."""
    for name in places:
        yield BY_LABEL.get(name.label, "other"), 1
        for witness in WITNESSES:
            yield from witness(doc, doc[name.start : name.end], name)
    yield from _known_of(doc[places[0].start : places[0].end].text)


def _of_surname(form: str, surnames: set[str], times: int) -> Evidence:
    if form in surnames:
        yield "person", SURNAME_OF_A_PERSON * times


def _title_stands_before(_doc: Doc, _span: Span, name: Candidate) -> Evidence:
    if name.titled:
        yield "person", 3


def _age_stands_behind(doc: Doc, span: Span, _name: Candidate) -> Evidence:
    if AGE.match(doc.text, span.end_char):
        yield "person", 3


def _does_what_persons_do(_doc: Doc, span: Span, _name: Candidate) -> Evidence:
    root = span.root
    if root.dep_ in {"nsubj", "nsubjpass"} and root.head.lemma_ in words("person_verbs.txt"):
        yield "person", 0.6
        yield "organisation", 0.3


def _role_stands_beside(_doc: Doc, span: Span, _name: Candidate) -> Evidence:
    root = span.root
    roles = words("roles.txt")
    appositions = [child for child in root.children if child.dep_ == "appos"]
    if root.dep_ == "appos":
        appositions.append(root.head)
    if any(token.lemma_.lower() in roles and token.pos_ == "NOUN" for token in appositions):
        yield "person", 2
    before = span.doc[span.start - 1] if span.start else None
    if before is not None and before.pos_ == "NOUN" and before.lemma_.lower() in roles and before.tag_ == "NN":
        yield "person", 2


def _stands_behind_a_place_preposition(doc: Doc, span: Span, _name: Candidate) -> Evidence:
    if span.start and doc[span.start - 1].lower_ in PLACE_PREPOSITIONS:
        yield "place", 0.7


WITNESSES: tuple[Callable[[Doc, Span, Candidate], Evidence], ...] = (
    _title_stands_before,
    _age_stands_behind,
    _does_what_persons_do,
    _role_stands_beside,
    _stands_behind_a_place_preposition,
)


def _known_of(name: str) -> Evidence:
    """What the lexicons say of the name itself."""
    parts = name.split()
    if name in words("not_actors.txt"):
        yield "other", 20
    if name in known_organisations():
        yield "organisation", 10
    if _looks_like_organisation(name, parts):
        yield "organisation", 3
    elif len(parts) > 1 and parts[0] in words("first_names.txt"):
        yield "person", 3
    elif ACRONYM.fullmatch(name):
        yield "organisation", 1
    yield "place", _place_weight(name)


def _looks_like_organisation(name: str, parts: list[str]) -> bool:
    ends_so = len(parts) > 1 and parts[-1] in words("organisation_words.txt")
    return ends_so or any(link in name for link in (" of ", " and ", " & "))


def _place_weight(name: str) -> float:
    known = reading(name)
    if known is not None and not is_person_like(name):
        return 2 if known.meaning == "city" else 8
    if known is not None:
        return 1
    found = cities(name)
    return 0.5 if found and not is_person_like(name) else 0


@lru_cache
def known_organisations() -> dict[str, str]:
    """The full name of each well-known organisation by each of its forms."""
    found: dict[str, str] = {}
    for name, short in (row + ("",) * (2 - len(row)) for row in rows("organisations.tsv")):
        found.update({form: name for form in (name, *short.split("|")) if form})
    return found
