"""What a name of a story is: evidence from all its places is added up, so that one kind holds throughout."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Literal

from spacy.tokens import Doc, Span

from app.naming import is_family_first, known_organisations, suffix, surname
from app.nlp.gazetteer import cities, is_person_like, reading, states
from app.nlp.lexicons import words
from app.nlp.names import Candidate, is_family
from app.nlp.people import key
from app.nlp.roles import appositions
from app.nlp.toponyms import ARTICLE_BEFORE, DATELINE

Kind = Literal["person", "organisation", "place", "other"]
Evidence = Iterable[tuple[Kind, float]]

KINDS: tuple[Kind, ...] = ("person", "organisation", "place", "other")
# How surely a single word is what the longer name is that it is taken from.
SURNAME_OF_A_PERSON, FIRST_OF_A_PERSON, FIRST_OF_AN_ORGANISATION, ALL_BUT_INC = 3.0, 1.0, 1.5, 6.0
# "Georgia", where the story is of a Georgia Kirby; and "Mali" of a Mali Okafor, where the recogniser sees a person.
FIRST_THAT_IS_A_PLACE, SEEN_AS_A_PERSON = 2.5, 10.0

CALLED_A_BODY = 3.5

BY_LABEL: dict[str, Kind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}
AGE = re.compile(r"\s*(?:,|\()\s*(?:aged )?\d{1,2}\s*(?:,|\)|years?\b|\.)")
NOT_IN_NAMES = re.compile(r"[\d*|<>@_=]")
INITIALS = re.compile(r"(?:[A-Z]\.){1,3}")
ACRONYM = re.compile(r"(?:[A-Z]{2,6}|(?:[A-Z]\.){2,6})")
PLACE_PREPOSITION = re.compile(
    r"\b(?:in|at|near|into|across|throughout|outside|inside|[a-z]+ern|east|west|north|south) (?:of )?$"
)
PLACE_NOUN_BEFORE = re.compile(
    r"\b(?:town|city|village|port|province|state|capital|suburb|district|region|island) (?:of )?$"
)
PLACE_NOUN_BEHIND = re.compile(
    r" (?:airport|province|region|county|district|island|river|residents|peninsula|valley"
    r"|police|woman|man|City Council|Mayor|mayor)\b"
)
COMPANY_NOUN_BEHIND = re.compile(
    r"(?: Newsroom| newsroom| shares?\b| stock\b|['’]s? (?:shares|stock|profits?)\b| spokes(?:man|woman)\b"
    r"| (?:newspaper|magazine|radio|news agency)\b)"
)
COMPANY_NOUN_BEFORE = re.compile(r"(?:([a-z-]{3,20})| [Ss]hares (?:of|in)) $")
# What a body is or does, and no person; and what only "which" can follow.
AS_A_BODY_DOES = re.compile(
    r"(?: (?:was|were) (?:founded|established|acquired|taken over)\b| is headquartered\b|, which\b"
    r"| (?:\w+ed|expects|says) (?:that )?(?:it|its)\b| and its\b)"
)
WHO_BEHIND = re.compile(r",? who\b")
GOODS_BEHIND = re.compile(r" (?:futures|options|crude|prices)\b")
PEOPLE_NOUN_BEHIND = re.compile(
    r" (?:peoples?|tribes?|tribes(?:men|women|people)|clans?|ethnic group|language|dialect|speakers|culture)\b"
)
OFFICE_BEHIND = re.compile(r" (?:Minister|Secretary|Commissioner)\b")
OPENING, CLOSING = frozenset("\"“‘'"), frozenset("\"”’'")
# How the full name of a country begins.
STATE_OF = re.compile(
    r"(?:[A-Z][\w’']+ ){0,3}(?:Republic|Kingdom|Commonwealth|State|Sultanate|Principality) of (?:the )?"
)
COMMA_NAME = re.compile(r", ([A-Z][\w.]+(?: [A-Z][\w.]+)?)")


def decide(doc: Doc, names: list[Candidate]) -> dict[str, Kind]:
    """The kind of every name by its `key`; a single word that is a person's surname is that person's name."""
    places: dict[str, list[Candidate]] = defaultdict(list)
    for name in names:
        places[key(doc[name.start : name.end].text)].append(name)
    text = doc.text
    towns, agencies = _datelines(text)
    found: dict[str, Kind] = {}
    parts: dict[str, tuple[Kind, float]] = {}
    for form in sorted(places, key=lambda form: -len(form.split())):
        said, part = _said_of(doc, text, places[form]), _as_part(parts.get(form), len(places[form]))
        family = _as_a_family(doc, form, places[form], parts)
        given = _as_a_given_name(parts.get(form), places[form])
        found[form] = _weigh(chain(said, part, given, family, _as_a_dateline(form, towns, agencies)))
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
        for witness in WITNESSES:
            yield from witness(text, doc[name.start : name.end], name)
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


def _title_stands_before(_text: str, _span: Span, name: Candidate) -> Evidence:
    if name.titled:
        yield "person", 3


def _age_stands_behind(text: str, span: Span, _name: Candidate) -> Evidence:
    if AGE.match(text, span.end_char):
        yield "person", 3


def _does_what_persons_do(_text: str, span: Span, _name: Candidate) -> Evidence:
    root = span.root
    if root.dep_ in {"nsubj", "nsubjpass"} and root.head.lemma_ in words("person_verbs.txt"):
        yield "person", 0.6
        yield "organisation", 0.3


def _role_stands_beside(_text: str, span: Span, _name: Candidate) -> Evidence:
    root = span.root
    roles = words("roles.txt")
    beside = [*appositions(span), *([root.head] if root.dep_ == "appos" else [])]
    if any(token.lemma_.lower() in roles and token.pos_ == "NOUN" for token in beside):
        yield "person", 2
    before = span.doc[span.start - 1] if span.start else None
    if before is not None and before.pos_ == "NOUN" and before.lemma_.lower() in roles and before.tag_ == "NN":
        yield "person", 2


def _stands_as_a_place_does(text: str, span: Span, _name: Candidate) -> Evidence:
    before = text[max(0, span.start_char - 24) : span.start_char]
    behind = text[span.end_char : span.end_char + 24]
    if PLACE_PREPOSITION.search(before):
        yield "place", 2 if cities(span.text) and not is_person_like(span.text) else 0.7
    if PLACE_NOUN_BEFORE.search(before) or PLACE_NOUN_BEHIND.match(behind):
        yield "place", 3
    if (following := COMMA_NAME.match(behind)) and _is_country_or_state(following.group(1)):
        yield "place", 3


def _is_country_or_state(name: str) -> bool:
    known = reading(name) or reading(name.split()[0])
    return known is not None and known.meaning in {"country-name", "state"}


def _is_a_title_of_a_work(text: str, span: Span, _name: Candidate) -> Evidence:
    """Several words alone in quotation marks."""
    quoted = (
        text[span.start_char - 1 : span.start_char] in OPENING and text[span.end_char : span.end_char + 1] in CLOSING
    )
    if quoted and len(span) > 1 and span.start_char and span.end_char < len(text):
        yield "other", 3


def _is_part_of_an_office(text: str, span: Span, _name: Candidate) -> Evidence:
    """So is "Education" in "Education Minister", and "State" in "Secretary of State"."""
    if OFFICE_BEHIND.match(text, span.end_char) or text.endswith("Secretary of ", 0, span.start_char):
        yield "other", 2


def _is_a_people(text: str, span: Span, _name: Candidate) -> Evidence:
    """Of whom there is a language, a tribe, a culture."""
    if PEOPLE_NOUN_BEHIND.match(text, span.end_char):
        yield "other", 10


def _is_one_of_a_people(text: str, span: Span, _name: Candidate) -> Evidence:
    """So is "Scot" in "a Scot", which may be a first name as well."""
    known = reading(span.text)
    if (
        known is not None
        and known.meaning == "people"
        and ARTICLE_BEFORE.search(text[max(0, span.start_char - 24) : span.start_char])
    ):
        yield "other", 5


def _stands_as_a_company_does(text: str, span: Span, name: Candidate) -> Evidence:
    before = COMPANY_NOUN_BEFORE.search(text[max(0, span.start_char - 24) : span.start_char])
    if COMPANY_NOUN_BEHIND.match(text, span.end_char):
        yield "organisation", 2
    if before is not None and (before.group(1) is None or before.group(1) in words("body_nouns.txt")):
        yield "organisation", CALLED_A_BODY
    if any(token.lemma_.lower() in words("body_nouns.txt") for token in appositions(span)):
        yield "organisation", CALLED_A_BODY
    if name.label in {"PERSON", "ORG"} and AS_A_BODY_DOES.match(text, span.end_char):
        yield "organisation", 1


def _who_stands_behind(text: str, span: Span, name: Candidate) -> Evidence:
    if name.label in {"PERSON", "ORG"} and WHO_BEHIND.match(text, span.end_char):
        yield "person", 1


def _is_a_family(text: str, span: Span, _name: Candidate) -> Evidence:
    """So is "Kirby" in "the Kirby brothers"."""
    if is_family(text, span.start_char, span.end_char):
        yield "other", 3


def _is_traded(text: str, span: Span, _name: Candidate) -> Evidence:
    """So is "Rice" in "Rice futures"."""
    if len(span) == 1 and GOODS_BEHIND.match(text, span.end_char):
        yield "other", 2


def _abbreviates_a_state(text: str, span: Span, _name: Candidate) -> Evidence:
    """So does "Ont" in "Paris, Ont."."""
    if text[span.start_char : span.end_char + 1].endswith(".") and f"{span.text.rstrip('.')}." in states():
        yield "place", 5


WITNESSES: tuple[Callable[[str, Span, Candidate], Evidence], ...] = (
    _title_stands_before,
    _age_stands_behind,
    _does_what_persons_do,
    _role_stands_beside,
    _stands_as_a_place_does,
    _stands_as_a_company_does,
    _is_part_of_an_office,
    _is_a_people,
    _is_one_of_a_people,
    _is_a_title_of_a_work,
    _who_stands_behind,
    _is_a_family,
    _is_traded,
    _abbreviates_a_state,
)


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
    elif is_family_first(span.text.split()):
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
    found = cities(name)
    return 1 if found and not is_person_like(name) else 0
