"""Which possible cues attribute: a weighted sum of what is known about the words and their frame.

The weights are figures learned from annotated news (see data/cue_weights.tsv): a cue is likely when the sum of
the weights of its features is above the threshold there.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc, Token

from app.nlp.cue_sources import QUOTING, carrier_words, noun_owner
from app.nlp.cues import Cue, phrase_verbs, possible_cues
from app.nlp.lexicons import rows, words
from app.nlp.marks import Quotation
from app.nlp.source_words import is_document, is_known_speaker, phrases_in
from app.nlp.tokens import text_of

THRESHOLD = -0.4
MODALS = ("would", "could", "should", "may", "might", "can", "will", "must")

CLAUSES = (
    "ccomp",
    "xcomp",
    "dobj+xcomp",
    "parataxis",
    "tail",
    "that",
    "noun-that",
    "noun-to",
    "phrase",
    "inserted",
    "enclosing",
)
SPEAKING = (("person", "roles.txt"), ("document", "document_nouns.txt"), ("medium", "media.txt"))
LONGEST_REQUEST = 7
WITHHOLDING = ("decline", "refuse")
REJECTING = ("deny", "dismiss", "reject", "dispute", "refute", "rebut")
SIZE_LIMITS = (1, 3, 7, 20)
SIZES = ("size=1", "size=2-3", "size=4-7", "size=8-20", "size=long")


@lru_cache
def weights() -> dict[str, float]:
    """Feature -> weight, in log odds: the learned one and what was added to it by hand."""
    found = {row[0]: float(row[1]) for row in rows("cue_weights.tsv")}
    for name, weight in rows("cue_corrections.tsv"):
        found[name] = found.get(name, 0.0) + float(weight)
    return found


@lru_cache
def cue_lemmas() -> frozenset[str]:
    """The lemmas that weights know, and the verbs of the longer cues."""
    return frozenset(name.split("/")[0] for name in weights() if "/" in name) | phrase_verbs()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The indices of the tokens inside quotation marks, and of those in sentences that ask."""

    quoted: frozenset[int]
    asked: frozenset[int]


def likely_cues(doc: Doc, marked: list[Quotation]) -> list[Cue]:
    """The cues that attribute, the best frame of each word only, in order; a word belongs to one cue."""
    around = surroundings(doc, marked)
    best: dict[int, tuple[float, Cue]] = {}
    for cue in possible_cues(doc, cue_lemmas()):
        if is_withheld(doc[cue.anchor]) or asks_for_anonymity(doc, cue) or names_somebody(doc, cue):
            continue
        score = score_of(doc, cue, around)
        if score > THRESHOLD and (cue.anchor not in best or score > best[cue.anchor][0]):
            best[cue.anchor] = (score, cue)
    within = {i for anchor, (_, cue) in best.items() for i in cue.words if i != anchor}
    return [cue for anchor, (_, cue) in sorted(best.items()) if anchor not in within]


def asks_for_anonymity(doc: Doc, cue: Cue) -> bool:
    """Whether the words are only how a source wants to be named ("asked not to be identified"): no statement."""
    lemmas = {doc[i].lemma_.lower() for i in cue.content[:LONGEST_REQUEST]}
    hidden = len(cue.content) <= LONGEST_REQUEST and not lemmas.isdisjoint(("anonymous", "anonymity"))
    return hidden or ("not" in lemmas and not lemmas.isdisjoint(("name", "identify")))


def is_withheld(word: Token) -> bool:
    """Whether the story says that it was not said: "declined to say …", and by nobody named "denied reports that …"."""
    above = word.head.lemma_.lower()
    if word.dep_ == "xcomp":
        return above in WITHHOLDING
    return word.dep_ == "dobj" and word.pos_ == "NOUN" and above in REJECTING and not noun_owner(word)


def names_somebody(doc: Doc, cue: Cue) -> bool:
    """Whether the words are only who is quoted ("citing two officials"): a source, no statement."""
    if doc[cue.anchor].lemma_.lower() not in QUOTING or not cue.frame.startswith("dobj"):
        return False
    span = doc[cue.content[0] : cue.content[-1] + 1]
    head = next((token for token in span if token.dep_ == "dobj" and token.head.i == cue.anchor), None)
    if head is None or is_document(head):
        return False
    words_of_head = doc[head.left_edge.i : head.i + 1]
    return is_known_speaker(words_of_head, phrases_in(list(words_of_head)))


def score_of(doc: Doc, cue: Cue, around: Surroundings) -> float:
    """The sum of the weights of a cue's features, in log odds."""
    known = weights()
    return sum(known.get(name, 0.0) for name in features(doc, cue, around))


def surroundings(doc: Doc, marked: list[Quotation]) -> Surroundings:
    """Where a document's quotations and questions are."""
    text = text_of(doc)
    asking = (each for each in doc.sents if text[each.start_char : each.end_char].rstrip().endswith("?"))
    asked = frozenset(i for sentence in asking for i in range(sentence.start, sentence.end))
    return Surroundings(_tokens_inside(doc, marked), asked)


def _tokens_inside(doc: Doc, marked: list[Quotation]) -> frozenset[int]:
    found: set[int] = set()
    for item in marked:
        span = doc.char_span(item.start, item.end, alignment_mode="expand")
        if span is not None:
            found.update(range(span.start, span.end))
    return frozenset(found)


def features(doc: Doc, cue: Cue, around: Surroundings) -> list[str]:
    """What the weights are about: the word with its frame, its form, its subject, its surroundings."""
    anchor = doc[cue.anchor]
    lemma = anchor.lemma_.lower()
    found = ["bias", f"{lemma}/{cue.frame}", f"{lemma}/", f"frame={cue.frame}", f"tag={anchor.tag_}"]
    found += _helpers(anchor)
    found += _source_features(doc, cue)
    found += _content_features(doc, cue, around.quoted)
    if carrier_words(anchor):
        found.append("carried")
    if cue.anchor in around.quoted:
        found.append("cue-in-quotation")
    if cue.anchor in around.asked:
        found.append("question")
    if anchor.dep_ in ("relcl", "advcl", "acl", "xcomp", "ROOT", "conj", "pcomp", "ccomp"):
        found.append(f"dep={anchor.dep_}")
    return found


def _helpers(anchor: Token) -> list[str]:
    found = []
    for child in anchor.children:
        if child.dep_ == "neg":
            found.append("negated")
        elif child.dep_ == "aux" and child.lower_ in MODALS:
            found.append(f"modal={child.lower_}")
        elif child.dep_ == "mark":
            found.append(f"mark={child.lower_}")
        elif child.tag_ in ("WRB", "WP"):
            found.append("wh")
    return found


def _source_features(doc: Doc, cue: Cue) -> list[str]:
    told = _source_kind(doc, cue)
    return [f"source={told}", f"{_shape(cue)} of {told}"]


def _source_kind(doc: Doc, cue: Cue) -> str:
    if not cue.source:
        return "none"
    among = [doc[i] for i in cue.source]
    if (len(among) == 1 and among[0].pos_ == "PRON") or among[0].tag_ in ("WP", "WDT"):
        return among[0].lower_
    if any(word.pos_ == "PROPN" for word in among):
        return "name"
    head = doc[cue.source[0] : cue.source[-1] + 1].root.lemma_.lower()
    return next((kind for kind, listed in SPEAKING if head in words(listed)), "noun")


def _shape(cue: Cue) -> str:
    if cue.frame.startswith("noun"):
        return "noun clause" if cue.frame in CLAUSES else "noun phrase"
    if cue.frame in ("adverb", "according-to"):
        return cue.frame
    return "clause" if cue.frame.startswith(CLAUSES) else "phrase"


def _content_features(doc: Doc, cue: Cue, inside: frozenset[int]) -> list[str]:
    size = len(cue.content)
    told = f"{_shape(cue)} {SIZES[bisect_left(SIZE_LIMITS, size)]}"
    found = [told, f"{told} whole"] if _is_whole(doc, cue) else [told]
    within = sum(1 for i in cue.content if i in inside)
    if within and cue.anchor not in inside:
        found.append("content-quoted" if within * 2 > size else "content-partly-quoted")
    if doc[cue.content[0]].lower_ == "that":
        found.append("that")
    return found


def _is_whole(doc: Doc, cue: Cue) -> bool:
    """Does the content end where the sentence, one of its clauses or the cue goes on, rather than in mid-phrase?"""
    before, behind = cue.content[0] - 1, cue.content[-1] + 1
    known = (*cue.words, *cue.source)
    first = before < 0 or before in known or not doc[before].is_alpha or doc[before + 1].is_sent_start is True
    return first and (behind >= len(doc) or behind in known or not doc[behind].is_alpha)
