"""What stands beside quotation marks: the words of the same sentence, and the cue and source read from them."""

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from app.nlp.marks import Quotation

SENTENCE_ENDS = frozenset(".!?;")
DASHES = ("—", "–", "-", "―", "--")
PHRASE_ENDS = (",", "—", "–", ":", "(")
CLAUSAL = ("VERB", "AUX", "SCONJ")


@dataclass(frozen=True, slots=True)
class Segment:
    """Token indices between two quotations or sentence borders, end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """A cue and its source beside a quotation, in token indices; `rule` says how they were found."""

    cue: tuple[int, ...]
    source: tuple[int, ...]
    anchor: int
    rule: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A quotation with its words, its tokens (end excluded, marks included) and the attributions beside it."""

    quotation: Quotation
    words: str
    start: int
    end: int
    before: Attribution | None = None
    after: Attribution | None = None


def is_border(token: Token) -> bool:
    """Does a sentence end with the token, or a line?"""
    return token.text in SENTENCE_ENDS or "\n" in token.text


def noun_phrase_from(doc: Doc, start: int, end: int) -> tuple[int, ...]:
    """The noun phrase that begins here with its relative clause, appositions after a comma left out."""
    while start < end and (doc[start].is_punct or doc[start].pos_ == "ADV"):
        start += 1
    i = start
    while i < end and doc[i].text not in PHRASE_ENDS and (_relative_open(doc, start, i) or doc[i].pos_ not in CLAUSAL):
        i += 1
    if not any(doc[k].pos_ in ("NOUN", "PROPN", "PRON", "NUM") for k in range(start, i)):
        return ()
    return tuple(range(start, i))


def _relative_open(doc: Doc, start: int, i: int) -> bool:
    """Is the word within "who …" of the phrase: "the engineer who built it"?"""
    return any(token.tag_ in ("WP", "WDT") for token in doc[start + 1 : i])
