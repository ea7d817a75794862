"""What a single place of a story says of the kind of the name that stands there."""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from spacy.tokens import Span

from app.nlp.borders import Candidate
from app.nlp.gazetteer import is_town, reading, states
from app.nlp.lexicons import words
from app.nlp.names import is_family
from app.nlp.roles import appositions
from app.nlp.toponyms import ARTICLE_BEFORE

Kind = Literal["person", "organisation", "place", "other"]
Evidence = Iterable[tuple[Kind, float]]

# Before the name the word may be a trade ("insurer Ann Lee"); in apposition it has an article.
CALLED_A_BODY, BODY_IN_APPOSITION = 3.5, 5.0

AGE = re.compile(r"\s*(?:,|\()\s*(?:aged )?\d{1,2}\s*(?:,|\)|years?\b|\.)")
PLACE_PREPOSITION = re.compile(
    r"\b(?:in|at|near|into|across|throughout|outside|inside|[a-z]+ern|east|west|north|south) (?:of )?$"
)
PLACE_NOUN_BEFORE = re.compile(
    r"\b(?:town|city|village|port|province|state|capital|suburb|district|region|island) (?:of )?$"
)
PLACE_NOUN_BEHIND = re.compile(
    r" (?:airport|province|region|county|district|island|river|residents|peninsula|valley|basin|desert|crossing|dam"
    r"|reservoir|police|woman|man|City Council|Mayor|mayor)\b"
)
# Of what only a place has.
OF_A_PLACE = re.compile(
    r"\b(?:[Mm]ayor|[Gg]overnor|[Bb]ishop|people|residents|inhabitants|families|outskirts|suburbs|streets"
    r"|north|south|east|west) of $"
)
# Where one goes or comes from, if there is a town of that name.
ON_THE_WAY = re.compile(r"\b(?:to|from|between|left|reached|leaving|towards?|for) $")
PRONOUN_BEHIND = re.compile(r"(?:\.|, (?:and|but|while)) (?:[Ss]?[Hh]e)\b")
SELF_BEHIND = re.compile(r" (?:him|her)self\b")
DOUBLE_NAME = re.compile(r"[A-Z][\w’']+ [A-Z][\w’']+-[A-Z][\w’']+")
COMPANY_NOUN_BEHIND = re.compile(
    r"(?: Newsroom| newsroom| shares?\b| stock\b|['’]s? (?:shares|stock|profits?)\b| spokes(?:man|woman)\b"
    r"| (?:newspaper|magazine|radio|news agency)\b)"
)
COMPANY_NOUN_BEFORE = re.compile(r"(?:([a-z-]{3,20})| [Ss]hares (?:of|in)) $")
# What a body is or does, and no person.
AS_A_BODY_DOES = re.compile(
    r"(?: (?:was|were) (?:founded|established|acquired|taken over)\b| is headquartered\b"
    r"| (?:\w+ed|expects|says|said) (?:that )?(?:it|its)\b| and its\b)"
)
WHICH_BEHIND = re.compile(r", which\b")
WHO_BEHIND = re.compile(r",? who\b")
GOODS_BEHIND = re.compile(r" (?:futures|options|crude|prices)\b")
PEOPLE_NOUN_BEHIND = re.compile(
    r" (?:peoples?|tribes?|tribes(?:men|women|people)|clans?|ethnic group|language|dialect|speakers|culture)\b"
)
OFFICE_BEHIND = re.compile(r" (?:Minister|Secretary|Commissioner)\b")
OPENING, CLOSING = frozenset("\"“‘'"), frozenset("\"”’'")
COMMA_NAME = re.compile(r", ([A-Z][\w.]+(?: [A-Z][\w.]+)?)")


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
        yield "place", 2 if is_town(span.text) else 0.7
    if any(each.search(before) for each in (PLACE_NOUN_BEFORE, OF_A_PLACE)) or PLACE_NOUN_BEHIND.match(behind):
        yield "place", 3
    if ON_THE_WAY.search(before) and is_town(span.text):
        yield "place", 1
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
        yield "organisation", BODY_IN_APPOSITION
    if name.label not in {"PERSON", "ORG"}:
        return
    if AS_A_BODY_DOES.match(text, span.end_char):
        yield "organisation", 1
    if WHICH_BEHIND.match(text, span.end_char):
        yield "organisation", 2.5


def _who_stands_behind(text: str, span: Span, name: Candidate) -> Evidence:
    if name.label in {"PERSON", "ORG"} and WHO_BEHIND.match(text, span.end_char):
        yield "person", 1


def _is_taken_up_as_one(text: str, span: Span, _name: Candidate) -> Evidence:
    """So is "Calder" in "They found Calder. She was …" and in "by Calder herself"."""
    if SELF_BEHIND.match(text, span.end_char):
        yield "person", 3
    elif PRONOUN_BEHIND.match(text, span.end_char):
        yield "person", 1


def _has_a_double_name(_text: str, span: Span, name: Candidate) -> Evidence:
    """So has "Solange Ewane-Mbida"; companies have theirs in front, and no given name ("Rolls-Royce Motors")."""
    if name.label == "ORG" and DOUBLE_NAME.fullmatch(span.text):
        yield "person", 1.5


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


# Each is given the text, the name's span in it and the candidate.
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
    _is_taken_up_as_one,
    _has_a_double_name,
    _is_a_family,
    _is_traded,
    _abbreviates_a_state,
)
