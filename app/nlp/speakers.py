"""Speakers: which actor the words of a source span name, through pronouns, short names and titles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from app.nlp import epithets
from app.nlp.antecedents import PLURAL_TAGS, SUBJECTS, Antecedents
from app.nlp.lexicons import words
from app.nlp.story_actors import GENDERED, StoryActors, gender_of_word
from app.nlp.tokens import dependents
from app.spans import ActorKind, ActorSpan, MentionLevel, MentionSpan, MentionType, QuoteSpan

NAME = "newsgloss_speakers"

RELATIVES = ("who", "whom", "that", "which", "whose")
OF_PERSONS = ("who", "whom", "whose")
PLURALS = ("they", "them", "their")
NEUTERS = ("it", "its")
TYPE_OF: dict[ActorKind, MentionType] = {"person": "PERSON", "organisation": "ORG", "group": "MISC"}
ORGANISATION_NOUNS = ("company", "firm", "group", "organisation", "organization", "agency", "bank", "party", "union")
SHORTEST_LABEL = 3
NAMED_BEFORE = ("newspaper", "paper", "magazine", "network", "agency", "broadcaster", "station", "channel", "website")
NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "DET")
HELD = ("pobj", "poss", "compound")
ANYWHERE = 10_000


@dataclass(frozen=True, slots=True)
class Resolved:
    """The actor a source span names and, unless a name did it, the mention that leads to it."""

    actor: ActorSpan
    mention: MentionSpan | None = None


@Language.component(NAME)
def speakers(doc: Doc) -> Doc:
    """Fill `speaker` of the quotes; add the pronouns and titles resolved on the way to the mentions."""
    resolved = Resolver(doc, StoryActors(doc)).all_quotes()
    doc._.quotes = [
        replace(quote, speaker=found.actor.id if found else None)
        for quote, found in zip(doc._.quotes, resolved, strict=True)
    ]
    taken = {(mention.start, mention.end) for mention in doc._.mentions}
    new = {(found.mention.start, found.mention.end): found.mention for found in resolved if found and found.mention}
    doc._.mentions = [*doc._.mentions, *(mention for place, mention in new.items() if place not in taken)]
    return doc


class Resolver:
    """Goes through the sources and pronouns of one story in order and remembers who spoke last."""

    def __init__(self, doc: Doc, story: StoryActors) -> None:
        self.doc = doc
        self.story = story
        self.antecedents = Antecedents(doc, story)
        self.last: ActorSpan | None = None
        self._bearers: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def all_quotes(self) -> list[Resolved | None]:
        """Who speaks in each quote. The pronouns of the narrative between are resolved on the way."""
        told: list[QuoteSpan] = self.doc._.quotes
        spans = [source_tokens(self.doc, quote) for quote in told]
        steps: dict[int, tuple[Span, QuoteSpan | None]] = {
            token.i: (self.doc[token.i : token.i + 1], None) for token in self._pronouns()
        }
        steps |= {span.root.i: (span, quote) for span, quote in zip(spans, told, strict=True) if span is not None}
        found = {at: self._step(*steps[at]) for at in sorted(steps)}
        return [found[span.root.i] if span is not None else None for span in spans]

    def _pronouns(self) -> Iterator[Token]:
        """Subjects such as "she" outside quotations."""
        for token in dependents(self.doc, SUBJECTS):
            if token.lower_ in GENDERED and token.i not in self.antecedents.quoted:
                yield token

    def _step(self, span: Span, quote: QuoteSpan | None) -> Resolved | None:
        resolved = self._resolve(span, quote)
        if resolved is None:
            return None
        if resolved.mention is not None:
            self.antecedents.add(carrier(span), resolved.actor)
        if quote is not None:
            self.last = resolved.actor
        return resolved

    def _resolve(self, span: Span, quote: QuoteSpan | None) -> Resolved | None:
        head = carrier(span)
        word = head.lower_
        if self._is_one_of_several(span):
            return None
        named = self.story.named_in(span) or self.story.at(head) or self._medium(head)
        if named is not None:
            return Resolved(named)
        if word in RELATIVES:
            return _through(head, head.i, self._relative(head), "pronoun", "relative-pronoun")
        if word in GENDERED:
            return _through(head, head.i, self._gendered(head, GENDERED[word], quote), "pronoun", "personal-pronoun")
        if word in PLURALS:
            return _through(head, head.i, self._thing(head, plural=True), "pronoun", "plural-pronoun")
        if word in NEUTERS:
            return _through(head, head.i, self._thing(head, plural=False), "pronoun", "neuter-pronoun")
        return self._labelled(span) or self._titled(head, quote)

    def _labelled(self, span: Span) -> Resolved | None:
        """Who speaks in a transcript under a surname in capitals: "CALDER: …"."""
        label = span.text
        if not label.isupper() or len(label) < SHORTEST_LABEL:
            return None
        people = (actor for actor in self.story.by_id.values() if actor.kind == "person")
        bearers = [actor for actor in people if actor.name.upper().split()[-1:] == label.split()[-1:]]
        return Resolved(bearers[0]) if len(bearers) == 1 else None

    def _is_one_of_several(self, span: Span) -> bool:
        """Such as "Calder and Osei" or "Osei and his aides": nobody of them speaks alone."""
        first = self.story.at(span.root)
        joined = (child for child in span.root.children if child.dep_ == "conj" and child.i < span.end)
        return first is not None and any(
            token.tag_ in PLURAL_TAGS or self.story.at(token) not in (None, first) for token in joined
        )

    def _relative(self, head: Token) -> ActorSpan | None:
        """Whom "who" goes on about: the person named right before it, else the noun its clause hangs on."""
        before = head.i - 1
        while before > 0 and self.doc[before].text == ",":
            before -= 1
        beside = self.story.at(self.doc[before]) if before >= 0 and head.lower_ in OF_PERSONS else None
        if beside is not None and beside.kind == "person" and self.doc[before].dep_ not in HELD:
            return beside
        verb = head
        while verb.dep_ != "relcl" and verb.head.i != verb.i:
            verb = verb.head
        if verb.dep_ != "relcl":
            return None
        noun = verb.head
        bearers = [noun, *(child for child in noun.children if child.dep_ == "appos")]
        while noun.dep_ == "appos" and noun.head.i < noun.i:
            noun = noun.head
            bearers.append(noun)
        named = next((actor for actor in map(self.story.at, bearers) if actor is not None), None)
        return None if named is not None and named.kind == "organisation" and head.lower_ in OF_PERSONS else named

    def _medium(self, head: Token) -> ActorSpan | None:
        """The organisation whose name a noun such as "newspaper" explains: "the Harbour Post newspaper"."""
        before = head.doc[head.i - 1] if head.i else head
        if head.lemma_.lower() not in NAMED_BEFORE or before.head.i != head.i:
            return None
        found = self.story.at(before)
        return found if found is not None and found.kind == "organisation" else None

    def _gendered(self, head: Token, gender: str, quote: QuoteSpan | None) -> ActorSpan | None:
        actor = self._nearest_person(head, gender, quote)
        if actor is not None:
            self.story.settle_gender(actor, gender)
        return actor

    def _nearest_person(self, head: Token, gender: str | None, quote: QuoteSpan | None) -> ActorSpan | None:
        def fits(actor: ActorSpan) -> bool:
            return actor.kind == "person" and (gender is None or self.story.gender(actor) in (None, gender))

        return self.antecedents.nearest(head, quote, fits, last=self.last, strangers=True)

    def _thing(self, head: Token, *, plural: bool) -> ActorSpan | None:
        """The organisation or group last spoken of, unless another thing was since: "the report", "voters"."""
        for token in self.antecedents.subjects_before(head):
            actor = self.story.at(token)
            if actor is not None and actor.kind != "person":
                return actor if plural or actor.kind == "organisation" else None
            if (
                actor is None
                and plural == (token.tag_ in PLURAL_TAGS)
                and token.lemma_.lower() not in words("roles.txt")
            ):
                return None
        return None

    def _titled(self, head: Token, quote: QuoteSpan | None) -> Resolved | None:
        """Such as "the prime minister": who has the role; "the company": the organisation last spoken of."""
        if not any(child.lower_ == "the" for child in head.children) or head.tag_ in PLURAL_TAGS:
            return None
        start, noun = head.left_edge.i, head.lemma_.lower()
        bearer = self._bearer(head, quote)
        if bearer is not None:
            return _through(head, start, bearer, "nominal", "title")
        if epithets.is_age(head):
            person = self._nearest_person(head, gender_of_word(noun), quote)
            return _through(head, start, person, "nominal", "age")
        if is_bare_organisation(head):
            return _through(head, start, self._thing(head, plural=False), "nominal", "organisation-noun")
        return None

    def _bearer(self, head: Token, quote: QuoteSpan | None) -> ActorSpan | None:
        """Who bears a title: those whom it fits best, of them the nearest before."""
        title = (head.lemma_.lower(), epithets.modifiers(head))
        if title not in self._bearers:
            fits = {actor.id: epithets.fit(actor, *title) for actor in self.story.by_id.values()}
            best = max(fits.values(), default=0)
            self._bearers[title] = frozenset(actor_id for actor_id, fit in fits.items() if fit == best > 0)
        bearers = self._bearers[title]
        if not bearers:
            return None
        return self.antecedents.nearest(head, quote, lambda actor: actor.id in bearers, last=self.last, back=ANYWHERE)


def _through(head: Token, start: int, actor: ActorSpan | None, level: MentionLevel, rule: str) -> Resolved | None:
    """The actor with the mention that leads there, from the token at `start` to the head."""
    if actor is None:
        return None
    at = head.doc[start].idx
    return Resolved(actor, MentionSpan(at, head.idx + len(head), TYPE_OF[actor.kind], level, actor.id, rule))


def is_bare_organisation(noun: Token) -> bool:
    """Is it "the company" and no more, which goes on about one named before?"""
    return noun.lemma_.lower() in ORGANISATION_NOUNS and noun.right_edge.i == noun.i and noun.left_edge.i >= noun.i - 1


def carrier(span: Span) -> Token:
    """The noun or pronoun that carries a source span, also where other words slipped in ("but he")."""
    root = span.root
    if root.pos_ in NOMINAL:
        return root
    named = [token for token in span if token.pos_ in NOMINAL and token.dep_ not in HELD]
    return next((token for token in named if token.dep_ in SUBJECTS), named[0] if named else root)


def source_tokens(doc: Doc, quote: QuoteSpan) -> Span | None:
    """The tokens of a quote's source span, from its first piece to its last."""
    if not quote.source:
        return None
    return doc.char_span(quote.source[0][0], quote.source[-1][1], alignment_mode="expand")
