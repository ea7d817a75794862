"""Learns data/cue_weights.tsv from annotated news: `python -m app.nlp.cue_weights_build TRAIN.jsonl.gz`.

Each line of the input is {"text", "attributions": [{"content", "source", "cue", "kind"}]} with lists of
[start, end] offsets. A cue counts as right if its content shares half its words with that of an attribution, and
if the sources agree. Only figures are kept, nothing of the texts.
"""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from spacy.tokens import Doc

from app.config import get_settings
from app.nlp import sentences
from app.nlp.attribution import features, surroundings
from app.nlp.cues import Cue, possible_cues
from app.nlp.direct import chained, group_attribution, placed_quotations
from app.nlp.lexicons import DATA, words
from app.nlp.pieces import marked

LEAST_OVERLAP = 0.5
FEWEST_RIGHT, FEWEST_SEEN = 3, 5
STEPS, RATE, PENALTY, SMALLEST = 400, 0.5, 1.0, 0.05
HEADER = """# How much each feature speaks for an attribution, in log odds, learned by app/nlp/cue_weights_build.py.
# lemma/frame: a word in one frame (see app/nlp/cues.py); lemma/: the word in any frame; the rest: its surroundings.
# To change one by hand, use cue_corrections.tsv.
"""


class Example(NamedTuple):
    """The features of one possible cue and whether it is an attribution."""

    lemma: str
    features: list[str]
    right: bool


class Gold(NamedTuple):
    """An attribution in token indices; `spoken` if it is speech rather than a state of mind."""

    content: frozenset[int]
    source: frozenset[int]
    cue: frozenset[int]
    spoken: bool


def examples(stories: list[dict[str, Any]], spoken_lemmas: frozenset[str]) -> Iterator[Example]:
    """Every possible cue of the stories that a decision is needed for."""
    nlp = spacy.load(get_settings().model)
    nlp.add_pipe(sentences.NAME, before="parser")
    for story, doc in zip(stories, nlp.pipe(story["text"] for story in stories), strict=True):
        yield from examples_of(story, doc, spoken_lemmas)


def examples_of(story: dict[str, Any], doc: Doc, spoken_lemmas: frozenset[str]) -> Iterator[Example]:
    """Every possible cue of a story, but for those of direct quotations and attributed thoughts."""
    gold = [_gold(doc, item, spoken_lemmas) for item in story["attributions"]]
    read = marked(doc)
    around = surroundings(doc, read.quotations)
    given = (group_attribution(group) for group in chained(doc, placed_quotations(read)))
    taken = {attribution.anchor for attribution in given if attribution is not None}
    for cue in possible_cues(doc):
        right = _is_right(cue, gold)
        if right is not None and cue.anchor not in taken:
            yield Example(doc[cue.anchor].lemma_.lower(), features(doc, cue, around), right)


def _gold(doc: Doc, item: dict[str, Any], spoken_lemmas: frozenset[str]) -> Gold:
    cue = _tokens(doc, item["cue"])
    spoken = item["kind"] != "indirect" or any(doc[i].lemma_.lower() in spoken_lemmas for i in cue)
    return Gold(_tokens(doc, item["content"]), _tokens(doc, item["source"]), cue, spoken)


def _tokens(doc: Doc, spans: list[list[int]] | None) -> frozenset[int]:
    found: set[int] = set()
    for start, end in spans or []:
        span = doc.char_span(start, end, alignment_mode="expand")
        found.update(token.i for token in span or () if not token.is_punct)
    return frozenset(found)


def _is_right(cue: Cue, gold: list[Gold]) -> bool | None:
    content, source, words = frozenset(cue.content), frozenset(cue.source), frozenset(cue.words)
    fits = [item for item in gold if _dice(content, item.content) >= LEAST_OVERLAP]
    agrees = [item for item in fits if item.source & source or not (item.source or source)]
    if any(item.spoken and item.cue & words for item in agrees):
        return True
    return None if any(not item.spoken for item in fits) else False


def _dice(one: frozenset[int], other: frozenset[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def learned(found: list[Example]) -> dict[str, float]:
    """Feature -> weight, by logistic regression with a quadratic penalty (AdaGrad over all examples)."""
    seen = Counter(name for example in found for name in set(example.features))
    names = [name for name, count in seen.items() if count >= FEWEST_SEEN or "/" in name]
    number = {name: i for i, name in enumerate(names)}
    active = [[number[name] for name in set(example.features) if name in number] for example in found]
    columns = np.concatenate([np.array(row) for row in active])
    rows = np.repeat(np.arange(len(active)), [len(row) for row in active])
    right = np.array([example.right for example in found], dtype=float)
    weights, slopes = np.zeros(len(names)), np.full(len(names), 1e-8)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.bincount(rows, weights=weights[columns], minlength=len(right))))
        slope = np.bincount(columns, weights=(chance - right)[rows], minlength=len(names)) + PENALTY * weights
        slopes += slope * slope
        weights -= RATE * slope / np.sqrt(slopes)
    return {name: float(weight) for name, weight in zip(names, weights, strict=True) if abs(weight) >= SMALLEST}


def weights_of(found: list[Example]) -> dict[str, float]:
    """The weights learned from the examples of words that attribute now and then."""
    right = Counter(item.lemma for item in found if item.right)
    often = {lemma for lemma, count in right.items() if count >= FEWEST_RIGHT}
    return learned([item for item in found if item.lemma in often and re.fullmatch("[a-z]+", item.lemma)])


def main(path: Path, spoken_lemmas: frozenset[str]) -> None:
    """Write the weights learned from the stories of a JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = list(examples([json.loads(line) for line in lines], spoken_lemmas))
    body = "".join(f"{name}\t{weight:.2f}\n" for name, weight in sorted(weights_of(found).items()))
    (DATA / "cue_weights.tsv").write_text(HEADER + body, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), words("speech_verbs.txt"))
