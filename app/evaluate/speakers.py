"""Speakers of direct and mixed quotes against those noted by hand.

Gold, one story: {"id", "held_out", "quotes": [{"start", "end", "speaker"}]} with the offsets of a quote's first and
last character and the full name of who speaks, null where nobody who is named does. A quote counts as found when the
letters and digits between its ends and those of a gold quote overlap by half (Dice).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from app.evaluate.figures import pair, percent
from app.spans import Annotations, QuoteSpan, Span

LEAST_OVERLAP = 0.5
GENERATIONS = ("jr", "sr", "ii", "iii", "iv")
LEADING = ("the",)

Judged = tuple[str | None, str | None]


def score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    """Figures in percent, of the held-out half and of all stories."""
    held_out = {key: row for key, row in gold.items() if row.get("held_out")}
    figures: dict[str, float] = {}
    if held_out and len(held_out) < len(gold):
        figures = {f"held out: {name}": value for name, value in _score(held_out, texts, found).items()}
    return figures | _score(gold, texts, found)


def _score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    judged = [each for key, row in gold.items() for each in speakers(row, texts[key], found[key])]
    named = [(wanted, got) for wanted, got in judged if wanted is not None]
    resolved = [(wanted, got) for wanted, got in named if got is not None]
    right = sum(is_same(wanted, got) for wanted, got in resolved)
    nobody = [got for wanted, got in judged if wanted is None]
    return {
        "quotes found": percent(len(judged), sum(len(row["quotes"]) for row in gold.values())),
        "speakers resolved": percent(len(resolved), len(named)),
        "right of those resolved": percent(right, len(resolved)),
        "speakers unresolved": percent(len(named) - len(resolved), len(named)),
        "resolved where nobody named speaks": percent(sum(got is not None for got in nobody), len(nobody)),
    }


def speakers(row: Mapping[str, Any], text: str, annotations: Annotations) -> Iterator[Judged]:
    """(name wanted, name found) of each gold quote that was found, None for nobody."""
    names = {actor.id: actor.name for actor in annotations.actors}
    quotes = [quote for quote in annotations.quotes if quote.kind != "indirect"]
    for i, j in pair(quotes, row["quotes"], lambda quote, wanted: _overlap(text, quote, wanted)):
        yield row["quotes"][j]["speaker"], names.get(quotes[i].speaker or "")


def _overlap(text: str, quote: QuoteSpan, wanted: Mapping[str, Any]) -> float:
    """The Dice overlap of the letters and digits of two quotes from their first to their last; 0 if too little."""
    one, other = (quote.content[0][0], quote.content[-1][1]), (wanted["start"], wanted["end"])
    shared = _letters(text, (max(one[0], other[0]), min(one[1], other[1])))
    if not shared:
        return 0.0
    dice = 2 * shared / (_letters(text, one) + _letters(text, other))
    return dice if dice >= LEAST_OVERLAP else 0.0


def _letters(text: str, span: Span) -> int:
    return sum(char.isalnum() for char in text[span[0] : span[1]]) if span[0] < span[1] else 0


def is_same(wanted: str, got: str) -> bool:
    """Is it the name, or a fuller or shorter form of it with the same last word?"""
    one, other = name_words(wanted), name_words(got)
    if not one or not other:
        return wanted == got
    return one[-1] == other[-1] and (set(one) <= set(other) or set(other) <= set(one))


def name_words(name: str) -> list[str]:
    """The words of a name without case, accents, marks, a leading article and a trailing "Jr."."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in plain.replace(".", "")).split()
    while len(words) > 1 and words[-1] in GENERATIONS:
        words.pop()
    return words[1:] if len(words) > 1 and words[0] in LEADING else words
