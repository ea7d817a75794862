"""A headline for a story that came without one."""

import re

MAX_CHARS = 120
# Enough for a first line or a cut sentence, however long the text.
WINDOW_CHARS = 1000

_FULL_STOP = re.compile(r"\.[\"'”’»)\]]*$")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Jr|Sr|Inc|Co|Corp|Ltd|No|vs"
    r"|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)$"
)


def headline(text: str) -> tuple[str, bool]:
    """The title of a text that holds more than white space, and whether it is ours.

    Given is a first line of at most `MAX_CHARS` characters without a final full stop; ours is the first sentence,
    cut at a word where it is longer.
    """
    window = text.lstrip()[:WINDOW_CHARS]
    line = " ".join(window.splitlines()[0].split())
    if len(line) <= MAX_CHARS and not _FULL_STOP.search(line):
        return line, False
    return _cut(_first_sentence(line)), True


def _first_sentence(line: str) -> str:
    for end in _SENTENCE_END.finditer(line):
        if not _ABBREVIATION.search(line, 0, end.end()):
            return line[: end.end()]
    return line


def _cut(sentence: str) -> str:
    if len(sentence) <= MAX_CHARS:
        return sentence
    room = sentence[:MAX_CHARS]
    whole_words = room.rpartition(" ")[0] or room[:-1]
    return whole_words.rstrip(" ,;:–—-") + "…"
