"""What a source is: judged from its own words, and from what the story says elsewhere of its bearer."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from spacy.tokens import Doc, Span

from app.nlp import source_words
from app.nlp.countries import in_focus
from app.nlp.descriptions import descriptions, is_aged, leads, owns, studies, title_before
from app.nlp.gazetteer import country_in
from app.nlp.source_words import Words, words_of
from app.nlp.tokens import text_of
from app.spans import ActorSpan, Affiliation, MentionSpan, SourceRole

MOST_MENTIONS = 30
NEAREST = 3
DEEPEST = 3
ANAPHORS = ("agency", "organisation", "organization", "group", "body", "institute", "alliance", "federation")
# Bodies whose people have such an office ("chief executive of X") are of that kind themselves.
OFFICES: tuple[Affiliation, ...] = ("corporate", "academic", "union", "religious")
# What the learned are experts in spite of.
LEARNED_AS: tuple[SourceRole | None, ...] = (None, "decision-maker")
POSSESSOR = re.compile(r"((?:[A-Z][\w.]* ?){1,3})['’]s ")
LEADING = ("chief", "top", "head", "lead")  # "Chile’s chief hydrologist"
BEFORE_BODY = ("of", "at")
DEFINITE = ("the", "its", "their", "his", "her")
# Those whose country the story need not tell where it is about one.
AT_HOME: tuple[Affiliation, ...] = ("government", "military or police", "witness or resident", "union", "corporate")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is told of a source."""

    affiliation: Affiliation = "unknown"
    role: SourceRole | None = None
    former: bool = False
    stretches: tuple[Span, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Does it tell neither affiliation nor role?"""
        return self.affiliation == "unknown" and self.role is None


class Profiles:
    """Reads the descriptions of one story's actors, each once."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.actors: dict[str, ActorSpan] = {actor.id: actor for actor in doc._.actors}
        self._places: dict[str, list[MentionSpan]] = defaultdict(list)
        for mention in doc._.mentions:
            if mention.level == "name" and len(self._places[mention.actor]) < MOST_MENTIONS:
                self._places[mention.actor].append(mention)
        bodies = {actor.id for actor in self.actors.values() if actor.kind == "organisation"}
        named = (item for actor in bodies for item in self._places.get(actor, ()))
        self._bodies = sorted(named, key=lambda item: item.start)
        self._by_last_word: dict[str, list[ActorSpan]] = defaultdict(list)
        for actor in self.actors.values():
            if actor.kind != "group" and actor.name.split():
                self._by_last_word[actor.name.split()[-1]].append(actor)
        self._depth = 0
        self._of_person: dict[str, Profile] = {}
        self._of_body: dict[str, Affiliation] = {}

    @cached_property
    def home(self) -> str | None:
        """The country the story is about."""
        focus = in_focus(self.doc._.toponyms, text_of(self.doc), self.doc._.title)
        return focus[0] if focus else None

    def names(self, actor_id: str) -> Iterator[Span]:
        """The names of an actor in the text."""
        for mention in self._places.get(actor_id, ()):
            name = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
            if name is not None:
                yield name

    def bearers(self, last_word: str) -> list[ActorSpan]:
        """The actors whose name ends in a word."""
        return self._by_last_word.get(last_word, [])

    def is_body(self, actor: ActorSpan) -> bool:
        """Does the story call somebody taken for a person a body ("the trade group X")?"""
        if actor.kind != "person":
            return False
        titles = [title for name in self.names(actor.id) if len(title := title_before(name))]
        told = [words_of(title) for title in titles if title[-1].text.islower()]
        return any(source_words.body(words) and not source_words.role(words) for words in told)

    def person(self, actor: ActorSpan) -> Profile:
        """What the story says somebody is."""
        if actor.id not in self._of_person:
            self._of_person[actor.id] = Profile()  # until it is known: descriptions may name each other's bearers
            self._of_person[actor.id] = self._person(actor)
        return self._of_person[actor.id]

    def _person(self, actor: ActorSpan) -> Profile:
        names = list(self.names(actor.id))
        stretches = tuple(each for name in names for each in descriptions(name))
        told = [words_of(each) for each in stretches] + [words_of(role) for role in actor.roles]
        profile = self._judged(told, stretches)
        if profile.affiliation == "unknown" and any(is_aged(name) for name in names):
            return replace(profile, affiliation="witness or resident", role=profile.role or "witness")
        if profile.affiliation == "unknown" and any(owns(name) for name in names):
            return replace(profile, affiliation="corporate", role="decision-maker")
        role = _by_verb(names) or profile.role
        if role in LEARNED_AS and (profile.affiliation == "academic" or _is_doctor(names)):
            role = "expert"
        return replace(profile, role=role)

    def words(self, span: Span) -> Profile:
        """What the words of a source say it is."""
        kept = words_of(source_words.core(span))
        profile = self._judged([kept], (span,))
        body = self._meant(span, kept)
        return Profile(body, profile.role, profile.former, (span,)) if body is not None else profile

    def body(self, actor: ActorSpan) -> Affiliation:
        """What kind of body an organisation is."""
        if actor.id not in self._of_body:
            self._of_body[actor.id] = "unknown"
            self._of_body[actor.id] = self._body(actor)
        return self._of_body[actor.id]

    def _body(self, actor: ActorSpan) -> Affiliation:
        listed: Affiliation | None = source_words.organisation_nouns().get(actor.name)
        if listed is not None:
            return listed
        names = list(self.names(actor.id))
        told = [words_of(each) for name in names for each in descriptions(name)]
        told.append(words_of(actor.name))
        for words in told:
            known = source_words.body(words)
            if known is not None:
                return known
        return next(self._by_office(names), "unknown")

    def _by_office(self, names: Iterable[Span]) -> Iterator[Affiliation]:
        """Such as corporate of "chief executive of X"."""
        for name in names:
            before = self.doc[max(0, name.start - 4) : name.start]
            if len(before) > 1 and before[-1].lower_ in BEFORE_BODY:
                known = source_words.affiliation(words_of(before[:-1]))
                if known in OFFICES:
                    yield known

    def _meant(self, span: Span, kept: Words) -> Affiliation | None:
        """The body that "the agency" stands for: the organisation named last."""
        meant = any(one.strip().lower() in DEFINITE and noun in ANAPHORS for (one, _), (_, noun) in pairwise(kept))
        if not meant:
            return None
        at = bisect_left(self._bodies, span.start_char, key=lambda item: item.start)
        nearest = (self.actors[item.actor] for item in reversed(self._bodies[max(0, at - NEAREST) : at]))
        return next((known for actor in nearest if (known := self.body(actor)) != "unknown"), None)

    def _judged(self, told: list[Words], stretches: tuple[Span, ...]) -> Profile:
        """By the first words that tell anything; what they leave open, by others of the same time, now or former."""
        judged = [(self._affiliation(words), source_words.role(words), _is_former(words)) for words in told]
        telling = [each for each in judged if each[0] is not None or each[1] is not None]
        if not telling:
            return Profile(former=any(_is_former(words) for words in told[:1]), stretches=stretches)
        same = [each for each in telling if each[2] == telling[0][2]]
        affiliation = next((each[0] for each in same if each[0] is not None), None)
        role = next((each[1] for each in same if each[1] is not None), None)
        return Profile(affiliation or "unknown", role, telling[0][2], stretches)

    def _affiliation(self, told: Words) -> Affiliation | None:
        """By the words themselves, else by what the organisation or the person that they name is known as."""
        return source_words.affiliation(told) or self._by_named(told) or _by_state(told)

    def _by_named(self, told: Words) -> Affiliation | None:
        """Such as political group of "Clinton aides", where she is known as a candidate."""
        if self._depth == DEEPEST:
            return None
        text = _text(told)
        self._depth += 1
        named = [actor for written, _ in told for actor in self.bearers(written.strip())]
        known = (self._known(actor) for actor in named if actor.kind == "person" or actor.name in text)
        found = next((each for each in known if each != "unknown"), None)
        self._depth -= 1
        return found

    def _known(self, actor: ActorSpan) -> Affiliation:
        return self.person(actor).affiliation if actor.kind == "person" else self.body(actor)


def _text(words: Words) -> str:
    return "".join(written for written, _ in words)


def _is_former(words: Words) -> bool:
    return source_words.is_former(_text(words))


def _by_state(words: Words) -> Affiliation | None:
    """Such as government of "Chile’s chief negotiator"."""
    owner = POSSESSOR.match(_text(words))
    if owner is None or not country_in(owner[1]):
        return None
    offices = {base.lower() for _, base in words}
    return "government" if source_words.role(words) or not offices.isdisjoint(LEADING) else None


def _by_verb(names: list[Span]) -> SourceRole | None:
    """Who leads something decides, who studies something is an expert."""
    if any(leads(name) for name in names):
        return "decision-maker"
    return "expert" if any(studies(name) for name in names) else None


def _is_doctor(names: list[Span]) -> bool:
    return any("Dr." in (name[0].text, name.doc[max(0, name.start - 1)].text) for name in names)
