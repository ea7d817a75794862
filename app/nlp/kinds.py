"""What a name of a story is: evidence from all its places is added up, so that one kind holds throughout."""

import re
from collections import defaultdict
from itertools import chain

from spacy.tokens import Doc, Span

from app.naming import is_family_first, known_organisations, suffix, surname
from app.nlp.borders import Candidate
from app.nlp.datelines import DATELINE
from app.nlp.gazetteer import cities, is_person_like, is_town, reading
from app.nlp.lexicons import words
from app.nlp.names import STATIONS
from app.nlp.people import key
from app.nlp.tokens import text_of
from app.nlp.witnesses import WITNESSES, Evidence, Kind

KINDS: tuple[Kind, ...] = ("person", "organisation", "place", "other")
# How surely a single word is what the longer name is that it is taken from.
SURNAME_OF_A_PERSON, FIRST_OF_A_PERSON, FIRST_OF_AN_ORGANISATION, ALL_BUT_INC = 3.0, 1.0, 1.5, 6.0
# "Georgia", where the story is of a Georgia Kirby; and "Mali" of a Mali Okafor, where the recogniser sees a person.
FIRST_THAT_IS_A_PLACE, SEEN_AS_A_PERSON = 2.5, 10.0

BY_LABEL: dict[str, Kind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}
NOT_IN_NAMES = re.compile(r"[\d*|<>@_=]")
INITIALS = re.compile(r"(?:[A-Z]\.){1,3}")
# "Franklin D. Orr"; companies have initials in front.
MIDDLE_INITIAL = re.compile(r"[A-Z][\w’'-]+(?: [A-Z]\.)+ [A-Z][\w’'-]+")
ACRONYM = re.compile(r"(?:[A-Z]{2,6}|(?:[A-Z]\.){2,6})")
# How the full name of a country begins.
STATE_OF = re.compile(
    r"(?:[A-Z][\w’']+ ){0,3}(?:Republic|Kingdom|Commonwealth|State|Sultanate|Principality) of (?:the )?"
)


def decide(doc: Doc, names: list[Candidate]) -> dict[str, Kind]:
    """The kind of every name by its `key`; a single word that is a person's surname is that person's name."""
    places: dict[str, list[Candidate]] = defaultdict(list)
    for name in names:
        places[key(doc[name.start : name.end].text)].append(name)
    text = text_of(doc)
    towns, agencies = _datelines(text)
    relatives = _surnames(doc, names)
    found: dict[str, Kind] = {}
    parts: dict[str, tuple[Kind, float]] = {}
    for form in sorted(places, key=lambda form: -len(form.split())):
        said, part = _said_of(doc, text, places[form]), _as_part(parts.get(form), len(places[form]))
        family = _as_a_family(doc, form, places[form], parts)
        given = _as_a_given_name(parts.get(form), places[form])
        related = _as_a_relative(form, places[form], relatives)
        found[form] = _weigh(chain(said, part, given, family, related, _as_a_dateline(form, towns, agencies)))
        if " " in form:
            parts = _short_forms(doc[places[form][0].start : places[form][0].end].text, found[form]) | parts
    return found


def _short_forms(name: str, kind: Kind) -> dict[str, tuple[Kind, float]]:
    """The words of a longer name that may stand for it alone, with what they then are and how surely."""
    first = name.split()[0]
    short: dict[str, tuple[Kind, float]] = {}
    if kind == "person":
        last = surname(name)
        short[key(first)] = ("person", FIRST_THAT_IS_A_PLACE if is_person_like(first) else FIRST_OF_A_PERSON)
        for form in (last, f"{last} {suffix(name)}".rstrip()):
            short[key(form)] = ("person", SURNAME_OF_A_PERSON)
        return short
    if kind != "organisation":
        return short
    if reading(first) is None:
        short[key(first)] = ("organisation", FIRST_OF_AN_ORGANISATION)
    parts = name.split()
    while len(parts) > 1 and (parts[-1] in words("company_words.txt") or parts[-1] in {"&", "and"}):
        parts.pop()
        short[key(" ".join(parts))] = ("organisation", ALL_BUT_INC)
    return short


def _weigh(evidence: Evidence) -> Kind:
    """The kind with the most weight; of equals the first of the four."""
    weights: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    for kind, weight in evidence:
        weights[kind] += weight
    return max(KINDS, key=weights.__getitem__)


def _said_of(doc: Doc, text: str, places: list[Candidate]) -> Evidence:
    """What each place of the name says, and once what the lexicons know of it."""
    for name in places:
        yield BY_LABEL.get(name.label, "other"), 1
        span = doc[name.start : name.end]
        for witness in WITNESSES:
            yield from witness(text, span, name)
    span = doc[places[0].start : places[0].end]
    labels = {name.label for name in places}
    yield from _known_of(span.text, len(places))
    if "PERSON" in labels:
        yield from _as_a_persons_name(text, span)
    if "ORG" in labels:
        yield from _as_an_organisations_name(span)
    if labels & {"GPE", "LOC", "FAC"} and _reads_as_person(span.text) and not cities(span.text):
        yield "person", 1.5


def _as_a_persons_name(text: str, span: Span) -> Evidence:
    """What the form of a name says that somebody took for a person's."""
    if NOT_IN_NAMES.search(span.text):
        yield "other", 10
    if len(span) > 1 and (_begins_as_person(span[0].text) or is_family_first(span.text.split())):
        yield "person", 3
    elif len(span) > 1 and reading(span[0].text) is not None and not _may_be_given(span[0].text):
        yield "organisation", 2
    if len(span) == 1 and span[0].is_sent_start and re.search(rf"\b{re.escape(span.text.lower())}\b", text):
        yield "other", 3


def _may_be_given(place: str) -> bool:
    return is_person_like(place) or place in words("given_places.txt")


def _begins_as_person(word: str) -> bool:
    """Whether a word is a first name, or initials ("J.K.") that are no country's or body's ("U.N.")."""
    if word in words("first_names.txt"):
        return True
    return INITIALS.fullmatch(word) is not None and word not in known_organisations() and reading(word) is None


def _as_a_family(doc: Doc, form: str, places: list[Candidate], parts: dict[str, tuple[Kind, float]]) -> Evidence:
    """Families are no persons ("the Clintons")."""
    of_a_person = form.endswith("s") and form not in parts and parts.get(form[:-1], ("other", 0))[0] == "person"
    if of_a_person and any(name.start and doc[name.start - 1].lower_ == "the" for name in places):
        yield "other", 5.0 * len(places)


def _surnames(doc: Doc, names: list[Candidate]) -> frozenset[str]:
    """The keys of the last words of what the recogniser takes for persons' full names."""
    full = (doc[name.start : name.end].text for name in names if name.label == "PERSON")
    return frozenset(key(name.split()[-1]) for name in full if " " in name)


def _as_a_relative(form: str, places: list[Candidate], surnames: frozenset[str]) -> Evidence:
    """So is "Albrecht Vogt" in a story of a Matthias Vogt, where the recogniser sees an organisation."""
    if " " in form and form.split()[-1] in surnames and all(name.label == "ORG" for name in places):
        yield "person", 1.1


def _datelines(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of the towns and of the agencies that a story's datelines name."""
    found = [dateline.groups() for dateline in DATELINE.finditer(text)]
    towns = frozenset(key(town) for town, _ in found if cities(town))
    return towns, frozenset(key(agency) for _, agency in found if agency)


def _as_a_dateline(form: str, towns: frozenset[str], agencies: frozenset[str]) -> Evidence:
    if form in towns:
        yield "place", 6
    if form in agencies:
        yield "organisation", 10


def _as_part(part: tuple[Kind, float] | None, times: int) -> Evidence:
    if part is not None:
        yield part[0], part[1] * times


def _as_a_given_name(part: tuple[Kind, float] | None, places: list[Candidate]) -> Evidence:
    """What a place is called and somebody of the story too: the person where the recogniser sees nothing else."""
    if part is not None and part[0] == "person" and all(name.label == "PERSON" for name in places):
        yield "person", SEEN_AS_A_PERSON


def _known_of(name: str, times: int) -> Evidence:
    """What the lexicons say of the name itself."""
    parts = name.split()
    if name in words("not_actors.txt") or _is_one_of_a_group(name):
        yield "other", 20 + times
    if name in known_organisations() or name in words("media.txt"):
        yield "organisation", 10 + 2 * times
    if name in words("not_places.txt"):
        yield "other", 10
    if (state := STATE_OF.match(name)) and (known := reading(name[state.end() :])) and known.meaning == "country-name":
        yield "place", 10 + 2 * times
    if len(parts) > 1 and parts[-1] in words("place_words.txt"):
        yield "place", 6
    elif len(parts) > 1 and parts[0] in STATIONS:
        yield "organisation", 6
    elif _ends_as_organisation(parts):
        yield "organisation", 6 if parts[-1] in words("company_words.txt") else 3
    elif ACRONYM.fullmatch(name):
        yield "organisation", 1
    yield "place", _place_weight(name)


def _is_one_of_a_group(name: str) -> bool:
    """Whether this is a single follower, or an adjective ("Republican")."""
    return f"{name}s" in words("groups.txt") and name not in words("first_names.txt")


def _ends_as_organisation(parts: list[str]) -> bool:
    return len(parts) > 1 and (parts[-1] in words("organisation_words.txt") or parts[-1] in words("company_words.txt"))


def _as_an_organisations_name(span: Span) -> Evidence:
    """What the form of a name says that somebody took for an organisation's."""
    if any(link in span.text for link in (" of ", " and ", " & ")):
        yield "organisation", 3
    elif is_family_first(span.text.split()) or MIDDLE_INITIAL.fullmatch(span.text):
        yield "person", 3
    elif _reads_as_person(span.text):
        yield "person", 1.5


def _reads_as_person(name: str) -> bool:
    """Whether a first name and one or two more words that end no organisation's or place's name make it up."""
    parts = name.split()
    other = _ends_as_organisation(parts) or parts[-1] in words("place_words.txt")
    return 1 < len(parts) <= 3 and _begins_as_person(parts[0]) and not other


def _place_weight(name: str) -> float:
    known = reading(name)
    if known is not None and not is_person_like(name):
        return 2 if known.meaning == "city" else 8
    if known is not None:
        return 1
    return 1.1 if is_town(name) else 0
