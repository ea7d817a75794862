"""Quotes against gold attributions: who is reported to have said what.

Gold, one story: {"id", "text", "attributions": [{"content", "source", "cue", "kind"}]} with lists of [start, end]
offsets, `source` and `cue` null where there is none. Spans are compared as sets of words by place. A hit needs
contents that overlap by half (Dice) and, for an attribution, sources that share a word of weight, or none on either
side. Gold attributions of thoughts and wishes (indirect, with a cue that is no verb of speech) are set aside: what
fits them better than any speech counts neither way.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.evaluate.figures import Tally, pair
from app.nlp.lexicons import words
from app.spans import Annotations

LEAST_OVERLAP = 0.5
WORD = re.compile(r"\w+")
# Words that two sources may share without being the same.
WEAK = frozenset(words("weak_words.txt"))
ENDINGS = ("s", "es", "d", "ed", "ing")


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as sets of word numbers; `voice` is the source without words that carry no weight."""

    kind: str
    content: frozenset[int]
    voice: frozenset[int]
    is_speech: bool = True


class Words:
    """The words of a text by place."""

    def __init__(self, text: str) -> None:
        matches = list(WORD.finditer(text))
        self.forms = [match.group().lower() for match in matches]
        self.starts = [match.start() for match in matches]
        self.ends = [match.end() for match in matches]

    def inside(self, spans: Iterable[Iterable[int]] | None) -> frozenset[int]:
        """Numbers of the words that the spans touch."""
        return frozenset(
            number
            for start, end in spans or ()
            for number in range(bisect_right(self.ends, start), bisect_right(self.starts, end - 1))
        )

    def voice(self, spans: Iterable[Iterable[int]] | None) -> frozenset[int]:
        """Of these words, those that tell who it is; all where none does."""
        inside = self.inside(spans)
        return frozenset(number for number in inside if self.forms[number] not in WEAK) or inside


def score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    """Precision, recall and F1 of attributions and contents, and F1 of attributions by kind, in percent."""
    forms = _speech_forms()
    tallies = {name: Tally() for name in ("attribution", "content", "direct", "mixed", "indirect")}
    for story_id, row in gold.items():
        place = Words(texts[story_id])
        wanted = [_gold(place, each, forms) for each in row["attributions"]]
        speech = [each for each in wanted if each.is_speech]
        other = [each for each in wanted if not each.is_speech]
        said = [_found(place, quote) for quote in found[story_id].quotes]
        _count(tallies, [each for each in said if not _fits_better(each, other, speech)], speech)
    figures = tallies["attribution"].figures("attribution") | tallies["content"].figures("content")
    return figures | {f"attribution, {kind}, F1": tallies[kind].f1 for kind in ("direct", "mixed", "indirect")}


def _count(tallies: Mapping[str, Tally], said: list[Said], wanted: list[Said]) -> None:
    pairs = pair(said, wanted, _attribution)
    tallies["attribution"].add(len(pairs), len(said), len(wanted))
    tallies["content"].add(len(pair(said, wanted, _overlap)), len(said), len(wanted))
    for kind in ("direct", "mixed", "indirect"):
        # Precision goes by the kind found, recall by the kind wanted; their hits may differ, so both are halved.
        hits = sum(said[i].kind == kind for i, _ in pairs), sum(wanted[j].kind == kind for _, j in pairs)
        sizes = sum(each.kind == kind for each in said), sum(each.kind == kind for each in wanted)
        tallies[kind].add(sum(hits), 2 * sizes[0], 2 * sizes[1])


def _gold(place: Words, each: Mapping[str, Any], forms: frozenset[str]) -> Said:
    cue = [place.forms[number] for number in place.inside(each["cue"])]
    is_speech = each["kind"] != "indirect" or not forms.isdisjoint(cue) or bool(each["cue"] and not cue)
    return Said(each["kind"], place.inside(each["content"]), place.voice(each["source"]), is_speech)


def _found(place: Words, quote: Any) -> Said:
    return Said(quote.kind, place.inside(quote.content), place.voice(quote.source))


def _overlap(one: Said, other: Said) -> float:
    size = len(one.content) + len(other.content)
    dice = 2 * len(one.content & other.content) / size if size else 0.0
    return dice if dice >= LEAST_OVERLAP else 0.0


def _attribution(one: Said, other: Said) -> float:
    agree = one.voice & other.voice if one.voice and other.voice else not (one.voice or other.voice)
    return _overlap(one, other) if agree else 0.0


def _fits_better(said: Said, these: list[Said], those: list[Said]) -> bool:
    best = max((_overlap(said, each) for each in these), default=0.0)
    return best > max((_overlap(said, each) for each in those), default=0.0)


def _speech_forms() -> frozenset[str]:
    """Verbs of speech in all their forms, spelled by rule; a form that is no word does no harm."""
    irregular = {"said", "told", "wrote", "written", "spoke", "spoken", "swore", "sworn", "pled", "according"}
    forms = set(irregular) | {"reportedly", "allegedly"}
    for verb in words("speech_verbs.txt"):
        stems = {verb, verb.removesuffix("e"), verb.removesuffix("y") + "i", verb + verb[-1]}
        forms |= {verb} | {stem + ending for stem in stems for ending in ENDINGS}
    return frozenset(forms)
