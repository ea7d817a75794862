"""Cues: the verbs, nouns and phrases that may attribute words to somebody, found in the dependency parse.

A `Cue` is only a possibility. How often one of its frame is an attribution at all is a matter of `weights`.
Everything here is in token indices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from spacy.tokens import Doc, Span, Token

from app.nlp.cue_sources import (
    CARRIED_AS,
    FINITE,
    QUOTING,
    SUBJECTS,
    agent,
    carrier_words,
    clause,
    cue_words,
    indices,
    measured,
    nominal,
    noun_source,
    verb_source,
)
from app.nlp.lexicons import rows

OBJECTS = ("dobj", "attr")
LONGEST_SENTENCE = 500  # longer ones are lists or noise, and would cost the square of their length
FARTHEST_THAT = 10
LONGEST_INSERTED = 12
LONGEST_NAME = 5
RELATIVE_TAGS = ("WP", "WDT", "WP$")
CARRYING = ("VERB", "AUX", "NOUN", "ADV")
CLAUSE_LINKS = ("ccomp", "acl", "advcl", "xcomp", "relcl", "csubj")


@dataclass(frozen=True, slots=True)
class Cue:
    """A possible attribution: sorted token indices of its parts, and the token that carries it."""

    anchor: int
    frame: str
    content: tuple[int, ...]
    source: tuple[int, ...]
    words: tuple[int, ...]

    @property
    def rule(self) -> str:
        """The rule's name, as annotations carry it."""
        return self.frame


@lru_cache
def cue_phrases() -> frozenset[tuple[str, str]]:
    """(verb, word behind it) of the longer cues: "made clear that …"."""
    return frozenset((verb, word) for verb, word in rows("cue_phrases.tsv"))


@lru_cache
def phrase_verbs() -> frozenset[str]:
    """The verbs of the longer cues."""
    return frozenset(verb for verb, _ in cue_phrases())


def possible_cues(doc: Doc, lemmas: frozenset[str] | None = None) -> Iterator[Cue]:
    """Every possible cue of a document, those of `lemmas` only if given."""
    for sentence in doc.sents:
        if len(sentence) <= LONGEST_SENTENCE:
            yield from _cues_in(sentence, lemmas)


def _cues_in(sentence: Span, lemmas: frozenset[str] | None) -> Iterator[Cue]:
    for token in sentence:
        word = token.lower_
        if word == "according":
            yield from according_to(token)
        elif word == "words":
            yield from in_the_words_of(token)
        elif token.pos_ not in CARRYING or (lemmas is not None and token.lemma_.lower() not in lemmas):
            continue
        elif token.pos_ == "NOUN":
            yield from noun_cues(token)
        elif token.pos_ == "ADV":
            yield from adverb_cues(token)
        else:
            yield from verb_cues(token, sentence)


def verb_cues(verb: Token, sentence: Span) -> Iterator[Cue]:
    """All frames one verb of the sentence stands in."""
    words = (*carrier_words(verb), *cue_words(verb))
    between = _named_between(verb, sentence)
    if between:
        around = (*range(sentence.start, verb.i - 1), *range(between[-1] + 2, sentence.end))
        yield Cue(verb.i, "enclosing", around, between, tuple(sorted(words)))
        return
    source = verb_source(verb)
    for frame, content, more in chain(verb_frames(verb, sentence), _phrase_frames(verb)):
        named = source
        if frame == "passive":
            named = agent(verb)
        elif frame == "enclosing":
            named = nominal(subjects_before(verb)[-1])
        kept = tuple(sorted(set(content).difference(named, words)))
        if kept:
            yield Cue(verb.i, frame, kept, named, tuple(sorted({*words, *more})))


def _named_between(verb: Token, sentence: Span) -> tuple[int, ...]:
    """Who is named behind the verb in "The bridge, said the mayor, is unsafe"; nobody elsewhere."""
    doc, last = verb.doc, min(verb.i + LONGEST_INSERTED, sentence.end - 1)
    if verb.tag_ not in FINITE or verb.i < sentence.start + 2 or doc[verb.i - 1].text != ",":
        return ()
    behind = (token for token in doc[verb.i + 1 : last] if token.dep_ in SUBJECTS)
    subject = next((token for token in behind if token.left_edge.i == verb.i + 1), None)
    if subject is None or not _is_nominal(doc[sentence.start : verb.i - 1]):
        return ()
    goes_on = (i for i in range(subject.i + 1, last) if doc[i].text == "," and doc[i + 1].tag_ in (*FINITE, "MD"))
    return tuple(range(verb.i + 1, next(goes_on, verb.i + 1)))


def _is_nominal(words: Span) -> bool:
    return words[-1].pos_ in ("NOUN", "PROPN") and not any(
        word.pos_ in ("VERB", "AUX", "SCONJ", "PUNCT") for word in words
    )


def verb_frames(verb: Token, sentence: Span) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    """(frame, content, further cue words) for each complement of a verb, and for some pairs of them."""
    children = list(verb.children)
    objects = [child for child in children if child.dep_ in OBJECTS and child.i > verb.i]
    prepositions = [child for child in children if child.dep_ == "prep" and child.i > verb.i]
    for child in children:
        if child.dep_ in ("ccomp", "xcomp"):
            yield from _clause_frames(verb, child, objects)
        elif child.dep_ in ("oprd", "acomp"):
            yield child.dep_, indices(child) + [i for item in objects for i in indices(item)], ()
        elif child.dep_ == "nsubjpass":
            yield from _passive_frames(verb, child)
    if not any(child.dep_ == "ccomp" and child.i > verb.i for child in children):
        yield from _that_frame(verb, sentence.end)
    yield from _object_frames(objects, prepositions)
    yield from _inserted_frames(verb, sentence)


def _object_frames(objects: list[Token], prepositions: list[Token]) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    for item in objects:
        yield "dobj", indices(item), ()
        for preposition in prepositions:
            if preposition.i > item.i:
                yield f"dobj+{preposition.lower_}", indices(item) + indices(preposition), ()
    for preposition in prepositions:
        inner = [i for child in preposition.children for i in indices(child)]
        if inner:
            yield preposition.lower_, inner, (preposition.i,)


def _clause_frames(verb: Token, child: Token, objects: list[Token]) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    side = "" if child.i > verb.i else "-before"
    yield child.dep_ + side, clause(child, verb), ()
    if child.dep_ == "xcomp" and objects and objects[0].i < child.i:
        yield "dobj+xcomp", indices(objects[0]) + clause(child, verb), ()


def _passive_frames(verb: Token, subject: Token) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    by = tuple(child.i for child in verb.children if child.dep_ == "agent")
    rest = [i for child in verb.children if child.dep_ in ("oprd", "xcomp", "prep") for i in indices(child)]
    yield "passive", indices(subject), by
    if rest:
        yield "passive-more", indices(subject) + rest, by


def _that_frame(verb: Token, sentence_end: int) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    """Such as "said in a speech that talks would resume", where the parse hangs the clause elsewhere."""
    for token in verb.doc[_behind_cited(verb, sentence_end) : min(verb.i + FARTHEST_THAT, sentence_end)]:
        if token.lower_ == "that":
            yield "that", list(range(token.i, sentence_end)), ()
            return
        if token.pos_ in ("VERB", "AUX", "SCONJ") or token.is_punct:
            return


def _behind_cited(verb: Token, sentence_end: int) -> int:
    """Where a verb's sentence goes on: behind ", citing two officials," if that stands right behind it."""
    doc, end = verb.doc, min(verb.i + FARTHEST_THAT, sentence_end)
    commas = [i for i in range(verb.i + 1, end) if doc[i].text == ","]
    aside = len(commas) > 1 and doc[commas[0] + 1].lemma_ in QUOTING
    return commas[1] + 1 if aside else verb.i + 1


def _phrase_frames(verb: Token) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    """Such as "made (it) clear that …" and "expressed concern that …": the clause behind both words."""
    if verb.lemma_.lower() not in phrase_verbs():
        return
    for word in verb.children:
        if word.i < verb.i or (verb.lemma_.lower(), word.lemma_.lower()) not in cue_phrases():
            continue
        told = [child for each in (word, verb) for child in each.children if child.dep_ in CLAUSE_LINKS]
        behind = next((child for child in told if child.i > word.i and child.left_edge.i > word.i), None)
        if behind is not None and not (behind.tag_ in CARRIED_AS and behind.left_edge.i == behind.i):
            yield "phrase", indices(behind), tuple(range(verb.i, word.i + 1))


def _inserted_frames(verb: Token, sentence: Span) -> Iterator[tuple[str, list[int], tuple[int, ...]]]:
    """Such as "The plan, she said, was late" and "The plan was late, she said": the sentence around the verb."""
    if verb.dep_ == "amod" and verb.head.i > verb.i and any(child.dep_ in SUBJECTS for child in verb.children):
        # "The minister confirmed plans, saying …", misread as plans that are confirmed
        said = {i for child in verb.head.children if child.tag_ == "VBG" for i in indices(child)}
        yield "dobj", [i for i in indices(verb.head) if i > verb.i and i not in said], ()
    if any(child.dep_ in ("ccomp", "xcomp") for child in verb.children):
        return
    if verb.dep_ == "parataxis":
        own = set(indices(verb))
        # Of "The report, 40 pages long, says the dam was weak" the parse says that the report was weak.
        first = verb.i if measured(verb) is not None else 0
        yield "parataxis", [i for i in indices(verb.head) if i >= first and i not in own], ()
        return
    around = _around(verb, sentence)
    if around:
        yield "enclosing", around, ()
        return
    subject = next((child for child in verb.children if child.dep_ in SUBJECTS), None)
    if subject is None:
        return
    first = min(subject.left_edge.i, verb.i)
    before = list(range(sentence.start, first))
    if before and verb.doc[first - 1].lower_ == "," and verb.right_edge.i >= sentence.end - 2:
        yield "tail", before, ()
    elif before and verb.doc[first - 1].lower_ == "," and before[-1] != sentence.start:
        behind = _behind_comma(verb, sentence.end)
        if behind:
            yield "inserted", before[:-1] + behind, ()


def subjects_before(verb: Token) -> list[Token]:
    """The subjects that the parse gives a verb before it; two where one of them has lost its own verb."""
    return [child for child in verb.lefts if child.dep_ in SUBJECTS and child.left_edge.tag_ not in RELATIVE_TAGS]


def _around(verb: Token, sentence: Span) -> list[int]:
    """Such as "The bridge … is unsafe" of "The bridge, she told the council, is unsafe": a noun and its own verb."""
    subjects = subjects_before(verb)
    if not subjects or verb.doc[max(subjects[-1].left_edge.i - 1, 0)].text != ",":
        return []
    before = list(range(sentence.start, subjects[-1].left_edge.i - 1))
    behind = _behind_comma(verb, sentence.end)
    if not before or not _is_nominal(verb.doc[before[0] : before[-1] + 1]):
        return []
    goes_on = behind and verb.doc[behind[0]].tag_ in (*FINITE, "MD")
    return before + behind if goes_on else []


def _behind_comma(verb: Token, sentence_end: int) -> list[int]:
    """What goes on behind "…, she told the council, …", from the comma to the end of the sentence."""
    doc = verb.doc
    for i in range(verb.i + 1, min(verb.i + LONGEST_INSERTED, sentence_end)):
        if doc[i].text == ",":
            goes_on = i + 1 < sentence_end and doc[i + 1].tag_ not in ("WP", "WDT", "VBG", "CC")
            return list(range(i + 1, sentence_end)) if goes_on else []
    return []


def noun_cues(noun: Token) -> Iterator[Cue]:
    """Such as "Her claim that …", "the minister's warning of …", "their promise to …"."""
    source = noun_source(noun)
    for child in noun.children:
        if child.i < noun.i:
            continue
        if child.dep_ in ("acl", "ccomp", "xcomp", "relcl") and child.dep_ != "relcl":
            frame = "noun-to" if any(item.lower_ == "to" for item in child.children) else "noun-that"
            yield from _noun_cue(noun, frame, clause(child, noun), source, ())
        elif child.dep_ == "prep":
            inner = [i for item in child.children for i in indices(item)]
            yield from _noun_cue(noun, f"noun-{child.lower_}", inner, source, (child.i,))


def _noun_cue(
    noun: Token, frame: str, content: list[int], source: tuple[int, ...], more: tuple[int, ...]
) -> Iterator[Cue]:
    kept = tuple(sorted(set(content) - set(source)))
    if kept:
        yield Cue(noun.i, frame, kept, source, tuple(sorted({noun.i, *more})))


def adverb_cues(adverb: Token) -> Iterator[Cue]:
    """Such as "reportedly", "allegedly": the clause around them, from a source that is not given."""
    head = adverb.head
    while head.pos_ not in ("VERB", "AUX") and head.head.i != head.i:
        head = head.head
    content = [i for i in indices(head) if i != adverb.i]
    if content:
        yield Cue(adverb.i, "adverb", tuple(sorted(content)), (), (adverb.i,))


def according_to(token: Token) -> Iterator[Cue]:
    """Such as "according to X", anywhere in its sentence."""
    to = token.nbor(1) if token.i + 1 < len(token.doc) else token
    if to.lower_ != "to":
        return
    objects = [child for child in (*to.children, *token.children) if child.dep_ == "pobj"]
    if not objects:
        return
    source = _with_name_behind(nominal(objects[0]), token)
    inside = set(indices(token)) | {token.i, to.i} | set(source)
    content = tuple(i for i in _host_clause(token) if i not in inside)
    if content:
        yield Cue(token.i, "according-to", content, source, (token.i, to.i))


def _with_name_behind(source: tuple[int, ...], according: Token) -> tuple[int, ...]:
    """A source with the name that explains it at the sentence's end: "…, according to its operator, Pier Power."."""
    doc, end = according.doc, according.sent.end
    comma = source[-1] + 1
    named = range(comma + 1, end - 1)
    if comma >= end or doc[comma].text != "," or not 0 < len(named) <= LONGEST_NAME:
        return source
    return (*source, comma, *named) if all(doc[i].pos_ == "PROPN" for i in named) else source


def in_the_words_of(token: Token) -> Iterator[Cue]:
    """Such as "in the words of X", which says how near to them the sentence keeps."""
    doc, i = token.doc, token.i
    if doc[max(i - 2, 0) : i + 2].text.lower() != "in the words of":
        return
    people = [child for child in doc[i + 1].children if child.dep_ == "pobj"]
    if not people:
        return
    source = nominal(people[0])
    inside = {i - 2, i - 1, i, i + 1, *source}
    content = tuple(at for at in _host_clause(doc[i - 2]) if at not in inside)
    if content:
        yield Cue(i, "according-to", content, source, (i - 2, i - 1, i, i + 1))


def _host_clause(token: Token) -> list[int]:
    """The clause "according to" stands in: the nearest verb with a subject above it, or the sentence."""
    head = token.head
    while head.head.i != head.i and not any(child.dep_ in SUBJECTS for child in head.children):
        head = head.head
    if head.dep_ in ("conj", "ccomp", "advcl") and head.i < token.i:
        return indices(head)
    return list(range(token.sent.start, token.sent.end))
