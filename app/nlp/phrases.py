"""Finding many phrases in a text at once, by the words they begin with."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")

WORD = re.compile(r"[^\W\d_]+")
# A name ends where a letter or digit does not go on; "US$" is money, not a country.
GOES_ON = re.compile(r"[\w$]")
SHORTEST_IN_CAPITALS = 4


class Found(NamedTuple, Generic[Value]):
    """A phrase found in a text: its offsets and the value it was stored with."""

    start: int
    end: int
    value: Value


@lru_cache(maxsize=16)
def _starts(text: str) -> dict[str, list[int]]:
    """Where each word of a text begins; read once, though a story is searched for one list after the other."""
    starts: dict[str, list[int]] = {}
    for word in WORD.finditer(text):
        starts.setdefault(word.group(), []).append(word.start())
    return starts


class Phrases(Generic[Value]):
    """Phrases with a value each, found as written or, if they are not short, all in capitals."""

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        by_first_word: dict[str, dict[str, Value]] = {}
        for phrase, value in entries:
            forms = {phrase, phrase.upper()} if len(phrase) >= SHORTEST_IN_CAPITALS else {phrase}
            for form in forms:
                first = WORD.match(form)
                if first is not None:
                    by_first_word.setdefault(first.group(), {}).setdefault(form, value)
        self._by_first_word = {
            word: sorted(forms.items(), key=lambda item: -len(item[0])) for word, forms in by_first_word.items()
        }

    def find(self, text: str) -> Iterator[Found[Value]]:
        """The phrases in the text from left to right, the longest at each place, none overlapping."""
        starts = _starts(text)
        known = starts.keys() & self._by_first_word.keys()
        reached = 0
        for start, first_word in sorted((start, word) for word in known for start in starts[word]):
            found = self._at(text, start, first_word) if start >= reached else None
            if found is not None:
                yield found
                reached = found.end

    def _at(self, text: str, start: int, first_word: str) -> Found[Value] | None:
        if start and (text[start - 1].isalnum() or text[start - 1] in "_@"):
            return None
        for form, value in self._by_first_word[first_word]:
            end = start + len(form)
            if text.startswith(form, start) and not GOES_ON.match(text, end):
                return Found(start, end, value)
        return None
