"""Sources: whom or what the story's information comes from, each once, with all its mentions."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from app.nlp import media, source_words
from app.nlp.profiles import AT_HOME, Profile, Profiles
from app.nlp.references import reference_list
from app.nlp.second_hand import Heard, cited, documents_shown, heard
from app.nlp.speakers import NEUTERS, PLURALS, RELATIVES, source_tokens
from app.nlp.story_actors import GENDERED
from app.nlp.tokens import text_of
from app.spans import ActorSpan, Channel, QuoteSpan, SourceForm, SourceSpan
from app.spans import Span as CharSpan

NAME = "newsgloss_sources"

PRONOUNS = frozenset({*GENDERED, *PLURALS, *NEUTERS, *RELATIVES, "i", "we", "you", "this", "these", "those", "one"})
NAME_ENDS = re.compile(r",|;|\(|\s[–—-]+\s|\b(?:who|which|whose)\b")
LEADING_ARTICLE = re.compile(r"^the\s+(?=\S)", re.IGNORECASE)
LONGEST_BESIDE = 400
ADVERBS = ("reportedly", "allegedly", "supposedly", "purportedly")


@dataclass(slots=True)
class Source:
    """A source in the making."""

    key: str
    name: str
    span: Span | None
    actor: ActorSpan | None
    rule: str
    form: SourceForm | None = None
    channel: Channel | None = None
    mentions: list[CharSpan] = field(default_factory=list)
    anonymous: bool = False
    reason: str | None = None


@Language.component(NAME)
def sources(doc: Doc) -> Doc:
    """Fill `doc._.sources`, `doc._.references` and the quotes' `source_ref`."""
    book = SourceBook(doc)
    keys = [book.add_quote(quote) for quote in doc._.quotes]
    for told in heard(book.text):
        book.add_heard(told)
    for span in cited(doc):
        book.add_cited(span)
    book.add_documents(documents_shown(doc))
    doc._.references = reference_list(book.text)
    for start, end in doc._.references:
        name = book.text[start:end]
        book.add(
            Source(f"text:{name.lower()}", name, None, None, "reference-list", "other media", None, [(start, end)])
        )
    book.note_anonymity()
    spans = book.spans()
    doc._.sources = list(spans.values())
    doc._.quotes = [
        replace(quote, source_ref=spans[key].id if key is not None else None)
        for quote, key in zip(doc._.quotes, keys, strict=True)
    ]
    return doc


class SourceBook:
    """The sources of one story so far, in the order they appear, by their key."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text: str = text_of(doc)
        self.actors: dict[str, ActorSpan] = {actor.id: actor for actor in doc._.actors}
        self.found: dict[str, Source] = {}
        self.profiles = Profiles(doc)
        self._toponyms = sorted(doc._.toponyms, key=lambda item: item.start)
        self._toponym_starts = [item.start for item in self._toponyms]

    def add(self, source: Source) -> str:
        """Add a source, or its mentions to the one with the same key; the key."""
        known = self.found.setdefault(source.key, source)
        if known is not source:
            known.mentions += source.mentions
            known.channel = known.channel or source.channel
            if known.span is None or _is_fuller(source.span, known.span):
                known.span = source.span or known.span
        return source.key

    def add_quote(self, quote: QuoteSpan) -> str | None:
        """Add the source of a quote; None where it gives none or only a pronoun that was not resolved."""
        if not quote.source:
            return self._none_given(quote)
        span = source_tokens(self.doc, quote)
        if span is None:
            return None
        actor = self.actors.get(quote.speaker or "") or self._named_in(span)
        channel = source_words.channel(told_in(self.doc, self.text, quote))
        return self._add_words(span, actor, channel, list(quote.source))

    def _add_words(
        self, span: Span, actor: ActorSpan | None, channel: Channel | None, mentions: list[CharSpan]
    ) -> str | None:
        """Add a source by its words; None for pronouns and for what cannot speak."""
        head = span.root
        if actor is not None and actor.kind == "organisation" and head.tag_ == "NNS":
            actor = None  # "U.N. agencies" are some of its own, not the U.N.
        if actor is None and head.lower_ in PRONOUNS:
            return None
        if actor is None and not self._may_be(span):
            return None
        name = actor.name if actor is not None else display_name(span)
        key = f"actor:{actor.id}" if actor is not None else f"text:{name.lower()}"
        if not name:
            return None
        kept = None if head.lower_ in PRONOUNS else span
        rule = "actor" if actor is not None else "words"
        return self.add(Source(key, name, kept, actor, rule, None, channel, mentions))

    def add_heard(self, told: Heard) -> None:
        """Add the medium that was told something, or the reporter who saw it."""
        name = LEADING_ARTICLE.sub("", self.text[slice(*told.place)])
        key = f"{'reporter' if told.form == 'the reporter' else 'text'}:{name.lower()}"
        self.add(Source(key, name, None, None, told.rule, told.form, told.channel, [told.place]))

    def add_cited(self, span: Span) -> None:
        """Add whom another medium or the story itself cites, where it is somebody, a medium or a document."""
        actor = self._mentioned(span.root) or self._named_in(span)
        if actor is None and not source_words.is_known_speaker(span, source_words.phrases_in(source_words.core(span))):
            return
        self._add_words(span, actor, "published work", [(span.start_char, span.end_char)])

    def _mentioned(self, token: Token) -> ActorSpan | None:
        """The actor whose name covers the token."""
        places = (item for item in self.doc._.mentions if item.start <= token.idx < item.end)
        return next((self.actors[item.actor] for item in places if item.actor in self.actors), None)

    def _named_in(self, span: Span) -> ActorSpan | None:
        """The person whose surname ends the name ("Ines Calder" for Calder) or the words ("his partner, Calder")."""
        last = span[-1] if span[-1].dep_ == "appos" else span.root
        if last.pos_ != "PROPN" or self._is_place(span):
            return None
        bearers = [actor for actor in self.profiles.bearers(last.text) if actor.kind == "person"]
        return bearers[0] if len(bearers) == 1 else None

    def _may_be(self, span: Span) -> bool:
        """Names, places and whatever speaks are sources; "the advantage" is none."""
        phrases = source_words.phrases_in(source_words.core(span))
        return span.root.pos_ == "PROPN" or self._is_place(span) or source_words.can_speak(span, phrases)

    def _none_given(self, quote: QuoteSpan) -> str | None:
        cue = " ".join(self.text[start:end] for start, end in quote.cue).lower()
        if cue not in ADVERBS:
            return None
        return self.add(Source(f"none:{cue}", cue, None, None, "adverb", "none given", None, list(quote.cue)))

    def add_documents(self, spans: Iterable[Span]) -> None:
        """Add the documents that show something, but for those within the words of another source."""
        taken = sorted(place for source in self.found.values() for place in source.mentions)
        for span in spans:
            at = bisect_right(taken, (span.end_char, 0))
            if at and taken[at - 1][1] > span.start_char:
                continue
            place, name = (span.start_char, span.end_char), display_name(span)
            self.add(Source(f"text:{name.lower()}", name, span, None, "document-shows", "document", None, [place]))

    def note_anonymity(self) -> None:
        """Mark the unnamed source nearest to each phrase that speaks of anonymity."""
        text = self.text
        places = sorted((place, key) for key, source in self.found.items() for place in source.mentions)
        for match in source_words.anonymity_pattern().finditer(text):
            source = self._nearest_unnamed(places, match.start())
            if source is not None:
                source.anonymous = True
                source.reason = source.reason or source_words.anonymity_reason(text, match.start(), match.end())

    def _nearest_unnamed(self, places: list[tuple[CharSpan, str]], at: int) -> Source | None:
        text = self.text
        before = [item for item in places if item[0][0] <= at and "\n" not in text[item[0][0] : at]]
        after = [item for item in places if item[0][0] > at and not re.search(r"[.\n]\s", text[at : item[0][0]])]
        for _, key in (*reversed(before), *after):
            source = self.found[key]
            if source.actor is None and source.span is not None and self._form(source) in UNNAMED:
                return source
        return None

    def spans(self) -> dict[str, SourceSpan]:
        """The finished values by key, numbered in the order of their first mention."""
        ordered = sorted(self.found.values(), key=lambda source: min(source.mentions))
        return {source.key: self._span(source, f"s{number}") for number, source in enumerate(ordered, 1)}

    def _span(self, source: Source, number: str) -> SourceSpan:
        form = self._form(source)
        profile = self._profile(source, form)
        return SourceSpan(
            id=number,
            name=source.name,
            form=form,
            affiliation=profile.affiliation,
            role=profile.role if form in PEOPLE else None,
            channel=source.channel or source_words.channel_of_form(form, source.span),
            former=form in PEOPLE and profile.former,
            unnamed=form in UNNAMED,
            anonymous=source.anonymous,
            reason=source.reason,
            actor=source.actor.id if source.actor is not None else None,
            country=self._country(source, form, profile),
            mentions=_disjoint(source.mentions),
            rule=source.rule,
        )

    def _profile(self, source: Source, form: SourceForm) -> Profile:
        if form in MEDIA:
            return Profile("media")
        if source.actor is not None and source.actor.kind != "group":
            is_body = form == "named organisation"
            if is_body:
                return Profile(self.profiles.body(source.actor))
            profile = self.profiles.person(source.actor)
            if not profile.is_empty or source.span is None:
                return profile
            return replace(self.profiles.words(source.span), stretches=profile.stretches)
        if source.span is None:
            return Profile()
        profile = self.profiles.words(source.span)
        if profile.affiliation == "unknown" and form == "named organisation" and self._is_place(source.span):
            return replace(profile, affiliation="government")
        return profile

    def _form(self, source: Source) -> SourceForm:
        if source.form is None and source.actor is not None and self.profiles.is_body(source.actor):
            source.form = "named organisation"
        elif source.form is None and source.span is None:
            kind = source.actor.kind if source.actor is not None else "person"
            source.form = "named person" if kind == "person" else "named organisation"
        elif source.form is None and source.span is not None:
            phrases = source_words.phrases_in(source_words.core(source.span))
            source.form = source_words.form(source.span, phrases, source.actor, is_place=self._is_place(source.span))
        return source.form or "none given"

    def _is_place(self, span: Span | None) -> bool:
        """Is the head of the source a place ("Moscow said")?"""
        return span is not None and self._toponym_in(span.root.idx, span.root.idx + 1) is not None

    def _country(self, source: Source, form: SourceForm, profile: Profile) -> str | None:
        """The country its words name, else the actor's, else, of those at home in the story, the one it is about."""
        if form in MEDIA and (source.span is None or media.is_name(source.name)):
            return None
        own = (source.span,) if source.span is not None else ()
        for stretch in (*own, *profile.stretches):
            told = self._toponym_in(stretch.start_char, stretch.start_char + len(_head_text(stretch)))
            if told is not None:
                return told
        if source.actor is not None and source.actor.country is not None:
            return source.actor.country
        return self.profiles.home if profile.affiliation in AT_HOME else None

    def _toponym_in(self, start: int, end: int) -> str | None:
        number = bisect_left(self._toponym_starts, start)
        for item in self._toponyms[max(number - 1, 0) :]:
            if item.start >= end:
                return None
            if item.end > start:
                return str(item.country)
        return None


MEDIA: tuple[SourceForm, ...] = ("other media", "the reporter")
UNNAMED: tuple[SourceForm, ...] = ("unnamed person", "unnamed group")
PEOPLE: tuple[SourceForm, ...] = ("named person", "unnamed person", "unnamed group")


def _is_fuller(new: Span | None, old: Span) -> bool:
    return new is not None and len(_head_text(new)) > len(_head_text(old)) and len(new) > 1


def _head_text(span: Span | None) -> str:
    """A source's words up to its first aside ("…, who has known him for years")."""
    if span is None:
        return ""
    return re.split(r"\b(?:who|which|whose)\b", span.text, maxsplit=1)[0]


def display_name(span: Span) -> str:
    """The words of a source without article, appositions and relative clauses."""
    first = NAME_ENDS.split(span.text, maxsplit=1)[0].strip()
    return " ".join(LEADING_ARTICLE.sub("", first or span.text.strip()).split())


def told_in(doc: Doc, text: str, quote: QuoteSpan) -> str:
    """The sentence of a quote's cue without the quote's own words, of a long one what is near the cue."""
    if not quote.cue:
        return ""
    cue = doc.char_span(*quote.cue[0], alignment_mode="expand")
    if cue is None:
        return ""
    sentence: Span = cue[0].sent
    first = max(sentence.start_char, cue.start_char - LONGEST_BESIDE)
    last = min(sentence.end_char, cue.end_char + LONGEST_BESIDE)
    kept, at = [], first
    for start, end in quote.content:
        kept.append(text[at : max(at, min(start, last))])
        at = max(at, min(end, last))
    return " ".join([*kept, text[at:last]])


def _disjoint(mentions: Iterable[CharSpan]) -> tuple[CharSpan, ...]:
    """The mentions in order; of those that overlap the first, and of two that start together the longer."""
    kept: list[CharSpan] = []
    for start, end in sorted(mentions, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)
