"""Speakers: which actor the words of a source span name, through pronouns, short names and titles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from app.nlp.story_actors import GENDERED, StoryActors
from app.spans import ActorKind, ActorSpan, MentionLevel, MentionSpan, MentionType, QuoteSpan

NAME = "newsgloss_speakers"

RELATIVES = ("who", "whom", "that", "which", "whose")
PLURALS = ("they", "them", "their")
NEUTERS = ("it", "its")
SUBJECTS = ("nsubj", "nsubjpass")
TYPE_OF: dict[ActorKind, MentionType] = {"person": "PERSON", "organisation": "ORG", "group": "MISC"}
ORGANISATION_NOUNS = ("company", "firm", "group", "organisation", "organization", "agency", "bank", "party", "union")

SENTENCES_BACK = 6
FOR_SUBJECT, FOR_SPEAKER, FOR_QUOTED = 1.5, 1.2, -3.0


@dataclass(frozen=True, slots=True)
class Resolved:
    """The actor a source span names and, unless a name did it, the mention that leads to it."""

    actor: ActorSpan
    mention: MentionSpan | None = None


@Language.component(NAME)
def speakers(doc: Doc) -> Doc:
    """Fill `speaker` of the quotes; add the pronouns and titles resolved on the way to the mentions."""
    story = StoryActors(doc)
    resolver = Resolver(doc, story)
    told: list[QuoteSpan] = []
    found: list[MentionSpan] = []
    for quote in doc._.quotes:
        resolved = resolver.speaker(quote)
        if resolved is not None and resolved.mention is not None:
            found.append(resolved.mention)
        told.append(replace(quote, speaker=resolved.actor.id if resolved else None))
    doc._.quotes = told
    taken = {(mention.start, mention.end) for mention in doc._.mentions}
    new = {(mention.start, mention.end): mention for mention in found}
    doc._.mentions = [*doc._.mentions, *(mention for place, mention in new.items() if place not in taken)]
    return doc


class Resolver:
    """Goes through the quotes of one story in order and remembers who spoke last."""

    def __init__(self, doc: Doc, story: StoryActors) -> None:
        self.doc = doc
        self.story = story
        self.last: ActorSpan | None = None
        self._sentence_of = {token.i: number for number, sent in enumerate(doc.sents) for token in sent}
        self._quoted = _quoted_tokens(doc)
        self._seen: list[tuple[int, ActorSpan, bool]] = list(self._names_seen())

    def _names_seen(self) -> Iterator[tuple[int, ActorSpan, bool]]:
        """(token index, actor, is a subject) for every name."""
        for mention in self.story.names:
            span = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
            if span is not None and len(span):
                yield span.root.i, self.story.by_id[mention.actor], span.root.dep_ in SUBJECTS

    def speaker(self, quote: QuoteSpan) -> Resolved | None:
        """Whom the quote's source span names."""
        span = source_tokens(self.doc, quote)
        if span is None:
            return None
        resolved = self._resolve(span, quote)
        if resolved is not None:
            self.last = resolved.actor
        return resolved

    def _resolve(self, span: Span, quote: QuoteSpan) -> Resolved | None:
        named = self.story.named_in(span)
        if named is not None:
            return Resolved(named)
        head = span.root
        word = head.lower_
        if word in RELATIVES:
            return self._relative(head)
        if word in GENDERED:
            return self._gendered(head, GENDERED[word], quote)
        if word in PLURALS:
            return self._nearest(head, quote, lambda actor: actor.kind != "person", "pronoun", "plural-pronoun")
        if word in NEUTERS:
            return self._nearest(head, quote, lambda actor: actor.kind == "organisation", "pronoun", "neuter-pronoun")
        return self._titled(head, quote)

    def _relative(self, head: Token) -> Resolved | None:
        verb = head
        while verb.dep_ != "relcl" and verb.head.i != verb.i:
            verb = verb.head
        if verb.dep_ != "relcl":
            return None
        noun = verb.head
        actor = self.story.at(noun)
        for child in noun.children:
            if actor is None and child.dep_ == "appos":
                actor = self.story.at(child)
        return Resolved(actor, _mention(head, head.i, actor, "pronoun", "relative-pronoun")) if actor else None

    def _gendered(self, head: Token, gender: str, quote: QuoteSpan) -> Resolved | None:
        def fits(actor: ActorSpan) -> bool:
            return actor.kind == "person" and self.story.gender(actor) in (None, gender)

        resolved = self._nearest(head, quote, fits, "pronoun", "personal-pronoun")
        if resolved is not None:
            self.story.settle_gender(resolved.actor, gender)
        return resolved

    def _titled(self, head: Token, quote: QuoteSpan) -> Resolved | None:
        """Such as "the prime minister": who has the role; "the company": the organisation last spoken of."""
        if not any(child.lower_ == "the" for child in head.children):
            return None
        noun = head.lemma_.lower()
        resolved = self._nearest(head, quote, lambda actor: _has_role(actor, noun), "nominal", "title", back=10_000)
        if resolved is None and noun in ORGANISATION_NOUNS and head.right_edge.i == head.i:
            resolved = self._nearest(
                head, quote, lambda actor: actor.kind == "organisation", "nominal", "organisation-noun", back=2
            )
        return resolved

    def _nearest(
        self,
        head: Token,
        quote: QuoteSpan,
        fits: Callable[[ActorSpan], bool],
        level: MentionLevel,
        rule: str,
        back: int = SENTENCES_BACK,
    ) -> Resolved | None:
        """The most salient fitting actor named before: recent, a subject, the last one to speak."""
        here = self._sentence_of.get(head.i, 0)
        best: tuple[float, ActorSpan] | None = None
        for place, actor, is_subject in reversed(self._seen):
            if place >= head.i:
                continue
            distance = here - self._sentence_of.get(place, 0)
            if distance > back:
                break
            if not fits(actor) or _within(self.doc[place].idx, quote):
                continue
            score = self._salience(place, actor, is_subject) - distance
            if best is None or score > best[0]:
                best = score, actor
        if best is None:
            return None
        start = head.i if level == "pronoun" else head.left_edge.i
        return Resolved(best[1], _mention(head, start, best[1], level, rule))

    def _salience(self, place: int, actor: ActorSpan, is_subject: bool) -> float:
        spoke_last = self.last is not None and actor.id == self.last.id
        return FOR_SUBJECT * is_subject + FOR_SPEAKER * spoke_last + FOR_QUOTED * (place in self._quoted)


def source_tokens(doc: Doc, quote: QuoteSpan) -> Span | None:
    """The tokens of a quote's source span, from its first piece to its last."""
    if not quote.source:
        return None
    return doc.char_span(quote.source[0][0], quote.source[-1][1], alignment_mode="expand")


def _quoted_tokens(doc: Doc) -> frozenset[int]:
    """Tokens inside direct quotations: names there are the speaker's, seldom who speaks next."""
    found: set[int] = set()
    for quote in doc._.quotes:
        if quote.kind == "direct":
            for start, end in quote.content:
                span = doc.char_span(start, end, alignment_mode="expand")
                found.update(range(span.start, span.end) if span is not None else ())
    return frozenset(found)


def _within(at: int, quote: QuoteSpan) -> bool:
    return any(start <= at < end for start, end in quote.content)


def _has_role(actor: ActorSpan, noun: str) -> bool:
    return any(noun in role.lower().replace("-", " ").split() for role in actor.roles)


def _mention(head: Token, start: int, actor: ActorSpan, level: MentionLevel, rule: str) -> MentionSpan:
    at = head.doc[start].idx
    return MentionSpan(at, head.idx + len(head), TYPE_OF[actor.kind], level, actor.id, rule)
