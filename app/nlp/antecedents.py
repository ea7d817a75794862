"""Whom a pronoun or a title may mean: the places before it that name an actor, weighed by how they do."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from app.nlp.lexicons import words
from app.nlp.story_actors import StoryActors
from app.nlp.tokens import dependents
from app.spans import ActorSpan, QuoteSpan

SUBJECTS = ("nsubj", "nsubjpass")
BESIDE = ("compound", "poss", "nmod", "npadvmod")
PLURAL_TAGS = ("NNS", "NNPS")
ARTICLES_OF_STRANGERS = ("a", "an", "another", "one")

FOR_SUBJECT, FOR_BESIDE, FOR_SPEAKER, FOR_QUOTED = 1.5, -1.0, 1.0, -3.0
SENTENCES_BACK = 6
MOST_PLACES = 300  # looked at for one pronoun, so that a story of nothing but names stays quick

Fits = Callable[[ActorSpan], bool]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A token that stands for an actor, or for somebody without a name (None), and how much it stands out."""

    token: int
    weight: float = field(compare=False)
    actor: ActorSpan | None = field(compare=False)


class Antecedents:
    """The places of one story in order; what is resolved on the way is added."""

    def __init__(self, doc: Doc, story: StoryActors) -> None:
        self.doc = doc
        self.story = story
        self.quoted = quoted_tokens(doc)
        self._sentence_of = narrative_sentences(doc, self.quoted)
        self._subjects = [token.i for token in dependents(doc, SUBJECTS) if token.i not in self.quoted]
        self._places = sorted([*self._named(), *self._strangers()])

    def _named(self) -> Iterator[Place]:
        for mention in self.story.names:
            token, actor = self.story.token(mention), self.story.by_id[mention.actor]
            if token is not None and not (token.tag_ == "NNPS" and actor.kind == "person"):  # "the Calders"
                yield Place(token.i, self._weight(token), actor)

    def _strangers(self) -> Iterator[Place]:
        """Subjects such as "a doctor", whom a pronoun behind means rather than somebody named long before."""
        for token in (self.doc[i] for i in self._subjects):
            if is_stranger(token, self.story):
                yield Place(token.i, self._weight(token), None)

    def _weight(self, token: Token) -> float:
        if token.i in self.quoted:
            return FOR_QUOTED
        if token.dep_ in SUBJECTS:
            return FOR_SUBJECT
        return FOR_BESIDE if token.dep_ in BESIDE else 0.0

    def add(self, token: Token, actor: ActorSpan) -> None:
        """Keep that a pronoun or a title stands for an actor."""
        insort(self._places, Place(token.i, self._weight(token), actor))

    def nearest(
        self,
        head: Token,
        quote: QuoteSpan | None,
        fits: Fits,
        *,
        last: ActorSpan | None = None,
        back: int = SENTENCES_BACK,
        strangers: bool = False,
    ) -> ActorSpan | None:
        """The fitting actor who stands out most before a token: near, a subject, the `last` one to speak.

        Names inside the quote itself do not count. With `strangers`, somebody without a name may stand out more:
        then nobody is found.
        """
        here = self._sentence_of[head.i]
        best: tuple[float, ActorSpan | None] | None = None
        behind = bisect_left(self._places, head.i, key=lambda place: place.token)
        for place in reversed(self._places[max(0, behind - MOST_PLACES) : behind]):
            distance = here - self._sentence_of[place.token]
            if distance > back:
                break
            if self._within(place, quote) or not (fits(place.actor) if place.actor is not None else strangers):
                continue
            spoke_last = place.actor is not None and last is not None and place.actor.id == last.id
            score = place.weight + FOR_SPEAKER * spoke_last - distance
            if best is None or score > best[0]:
                best = score, place.actor
        return best[1] if best is not None else None

    def subjects_before(self, head: Token) -> Iterator[Token]:
        """Nouns and names that are subjects outside quotations, back from a token over a few sentences."""
        here = self._sentence_of[head.i]
        for i in reversed(self._subjects[: bisect_left(self._subjects, head.i)][-MOST_PLACES:]):
            if here - self._sentence_of[i] > SENTENCES_BACK:
                return
            if self.doc[i].pos_ in ("NOUN", "PROPN"):
                yield self.doc[i]

    def _within(self, place: Place, quote: QuoteSpan | None) -> bool:
        at = self.doc[place.token].idx
        return quote is not None and any(start <= at < end for start, end in quote.content)


def narrative_sentences(doc: Doc, quoted: frozenset[int]) -> list[int]:
    """The number of each token's sentence, where sentences inside quotations do not count as further ones."""
    numbers: list[int] = []
    number = 0
    for sentence in doc.sents:
        number += any(token.i not in quoted and token.is_alpha for token in sentence)
        numbers += [number] * len(sentence)
    return numbers


def quoted_tokens(doc: Doc) -> frozenset[int]:
    """Tokens inside direct quotations: names there are the speaker's, seldom who speaks next."""
    found: set[int] = set()
    for quote in doc._.quotes:
        if quote.kind == "direct":
            for start, end in quote.content:
                span = doc.char_span(start, end, alignment_mode="expand")
                found.update(range(span.start, span.end) if span is not None else ())
    return frozenset(found)


def is_stranger(token: Token, story: StoryActors) -> bool:
    """Is it a person without a name, seen for the first time: "a doctor", "one voter"?"""
    if token.tag_ != "NN" or token.lemma_.lower() not in words("roles.txt") or _is_named(token, story):
        return False
    return any(child.lower_ in ARTICLES_OF_STRANGERS for child in token.children)


def _is_named(token: Token, story: StoryActors) -> bool:
    return story.named_in(token.doc[token.left_edge.i : token.right_edge.i + 1]) is not None
