"""Who acts in a story: people, organisations and groups, each once, with all the places that name them.

Names are read off the whole story first (`names`, `kinds`), joined to actors (`people`, `organisations`), and then
every form of every name is searched for in the text, so that a surname found once in full is known everywhere.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from app.naming import known_organisations, spelling, surname
from app.nlp import headlines, organisations, people, roles
from app.nlp.bearers import Bearers, Draft, Place
from app.nlp.borders import FAMILY, Candidate
from app.nlp.gazetteer import compound_names, country_in, is_person_like, reading, readings
from app.nlp.kinds import decide
from app.nlp.lexicons import words
from app.nlp.names import candidates, is_family
from app.nlp.phrases import Found, Phrases
from app.nlp.tokens import text_of
from app.nlp.witnesses import Kind
from app.spans import ActorKind, ActorSpan, MentionSpan, MentionType

NAME = "newsgloss_actors"

MENTION_TYPES: dict[ActorKind, MentionType] = {"person": "PERSON", "organisation": "ORG", "group": "MISC"}
MOST_ROLES = 4


Forms = dict[str, list[Draft]]


@Language.component(NAME)
def actors(doc: Doc) -> Doc:
    """Leave the story's actors on `doc._.actors` and the places that name them on `doc._.mentions`."""
    names = headlines.mended(doc, candidates(doc))
    named = _by_kind(doc, names, decide(doc, names))
    drafts = _with_mentions(doc, _forms(doc, named), _other_names(named))
    doc._.actors = [_actor(doc, f"a{number}", draft) for number, draft in enumerate(drafts, 1)]
    doc._.mentions = [
        MentionSpan(place.start, place.end, MENTION_TYPES[draft.kind], "name", actor.id, place.rule)
        for actor, draft in zip(doc._.actors, drafts, strict=True)
        for place in draft.mentions
    ]
    return doc


def _by_kind(doc: Doc, names: list[Candidate], kinds: dict[str, Kind]) -> dict[Kind, list[Span]]:
    found: dict[Kind, list[Span]] = defaultdict(list)
    for name in names:
        span = doc[name.start : name.end]
        found[kinds[people.key(span.text)]].append(span)
    return found


def _other_names(named: dict[Kind, list[Span]]) -> list[str]:
    """Names of places and things in several words: no short form is looked for inside them."""
    return [span.text for span in (*named["place"], *named["other"]) if " " in span.text]


def _forms(doc: Doc, named: dict[Kind, list[Span]]) -> Forms:
    """Every form to search for and the actors it may stand for."""
    forms: Forms = defaultdict(list)
    counted = Counter(span.text for span in named["organisation"])
    acronyms = {organisations.initials(name) for name in counted if " " in name} | set(known_organisations())
    _add_people(named["person"], forms, acronyms)
    for organisation in organisations.group(counted, text_of(doc)):
        _add(forms, Draft(organisation.name, "organisation"), organisation.forms)
    for name in sorted({found.value for found in _group_names().find(text_of(doc))}):
        forms[name].append(Draft(name, "group"))
    return forms


def _add(forms: Forms, draft: Draft, names: Iterable[str]) -> None:
    for name in names:
        if name.islower():
            continue
        bearers = forms[name]
        if len(bearers) < people.MOST_BEARERS and draft not in bearers:
            bearers.append(draft)


@lru_cache
def _group_names() -> Phrases[str]:
    """Peoples, believers and followers, by the plural nouns for them."""
    peoples = (name for name, known in readings().items() if known.meaning == "people" and name.endswith(("s", "men")))
    return Phrases((name, name) for name in {*words("groups.txt"), *peoples})


def _add_people(spans: list[Span], forms: Forms, acronyms: Container[str]) -> None:
    """Add all that the persons of these names may be called; `acronyms` stand for organisations."""
    full = [(span.text, span.start_char) for span in spans if " " in span.text]
    sharing = list(_sharing_a_surname(spans))
    full += sharing
    by_surname: dict[str, list[Draft]] = defaultdict(list)
    by_other_name: dict[str, list[Draft]] = defaultdict(list)
    for person in people.group(full):
        draft = Draft(_display(person.name), "person")
        _add(forms, draft, person.forms)
        by_surname[spelling(surname(person.name))].append(draft)
        for name in people.called_alone(person.name):
            by_other_name[people.key(name)].append(draft)
        for form in person.forms:
            short_forms = (short for short in people.short_forms(form) if short not in acronyms)
            _add(forms, draft, (short for short in short_forms if " " not in short or not reading(short)))
    singles = {span.text for span in spans if " " not in span.text} | {name.split()[0] for name, _ in sharing}
    for name in sorted(singles):
        known = (
            by_surname.get(spelling(name)) or by_other_name.get(people.key(name)) or [Draft(_display(name), "person")]
        )
        for draft in known:
            by_surname[spelling(name)] = known
            _add(forms, draft, [name])


def _sharing_a_surname(spans: list[Span]) -> Iterator[tuple[str, int]]:
    """The full name of whoever is named with another by one surname ("Sam and Joe Kirby")."""
    first_names = words("first_names.txt")
    for span in spans:
        before = span.doc[max(0, span.start - 3) : span.start]
        if len(span) != 2 or len(before) < 2 or before[-1].text not in {"and", "&"}:
            continue
        continues = (
            len(before) == 3
            and before[0].pos_ == "PROPN"
            and before[0].text not in FAMILY
            and not before[-2].is_sent_start
        )
        if before[-2].text in first_names and span[0].text in first_names and not continues:
            yield f"{before[-2].text} {span[1].text}", before[-2].idx


def _display(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 3 else name


def _with_mentions(doc: Doc, forms: Forms, other_names: list[str]) -> list[Draft]:
    """The actors that the text names, in the order of their first mention."""
    entries: list[tuple[str, str | None]] = [(form, form) for form in forms]
    entries += [(name, None) for name in other_names if name not in forms]
    seen: dict[Draft, None] = {}
    text = text_of(doc)
    places = list(Phrases(entries).find(text))
    bearers = Bearers(doc, {found.value for found in places if found.value is not None})
    countries = {offset: place for place in compound_names().find(text) for offset in range(place.start, place.end)}
    for found in places:
        if found.value is None or _is_part_of(countries, found.start, found.end):
            continue
        span = doc.char_span(found.start, found.end, alignment_mode="expand")
        if not span or not _is_named(text, span, found, forms[found.value]):
            continue
        draft = bearers.meant(found.value, span, forms[found.value])
        rule = "full-name" if found.value == draft.name else "short-form"
        draft.mentions.append(Place(found.start, found.end, rule))
        seen.setdefault(draft)
    return list(seen)


def _is_part_of(countries: dict[int, Found[None]], start: int, end: int) -> bool:
    """Whether the words are only a part of a country's name ("Guiana")."""
    country = countries.get(start)
    return country is not None and end <= country.end and (start, end) != (country.start, country.end)


def _is_named(text: str, span: Span, found: Found[str | None], drafts: list[Draft]) -> bool:
    """Whether the words stand there as a name, not as an ordinary word or a place."""
    if is_family(text, found.start, found.end):
        return False
    if len(span) > 1 or drafts[0].kind == "group":
        return True
    token = span[0]
    if drafts[0].kind == "person" and _is_place_here(token, text[found.start : found.end]):
        return False
    if token.pos_ == "PROPN" or token.ent_type_ or not token.is_sent_start:
        return True
    return not token.is_stop and re.search(rf"\b{re.escape(token.lower_)}\b", text) is None


def _is_place_here(token: Token, name: str) -> bool:
    """Whether the recogniser sees the place of that name; names of places and of people alike are the person's."""
    if reading(name) is None or token.ent_type_ not in {"GPE", "LOC"}:
        return False
    return not is_person_like(name) or (token.i > 0 and token.nbor(-1).dep_ == "prep")


def _actor(doc: Doc, actor_id: str, draft: Draft) -> ActorSpan:
    if draft.kind != "person":
        return ActorSpan(actor_id, draft.name, draft.kind, country_in(draft.name))
    found: Counter[str] = Counter()
    for place in draft.mentions:
        span = doc.char_span(place.start, place.end, alignment_mode="expand")
        if span is not None:
            found.update(roles.roles(span))
    kept = tuple(sorted(found, key=lambda role: (-found[role], list(found).index(role)))[:MOST_ROLES])
    return ActorSpan(actor_id, draft.name, draft.kind, next(filter(None, map(country_in, kept)), None), kept)
