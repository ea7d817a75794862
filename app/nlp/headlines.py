"""Names in headlines, where capitals tell the recogniser nothing: put right by what the rest of the story names."""

from collections.abc import Iterator

from spacy.tokens import Doc, Span

from app.naming import surname
from app.nlp.borders import Candidate
from app.nlp.people import key

FEWEST_WORDS = 3
# Shorter words ("of", "to", "with") are small in headlines too.
SMALL_WORD = 4
# What the rest of the story does not name is a name of its own if it is no longer than this.
LONGEST_ALONE = 3


def mended(doc: Doc, names: list[Candidate]) -> list[Candidate]:
    """The candidates with those in headlines cut down to names that the story has elsewhere, if they hold one."""
    headlines = list(_headlines(doc))
    if not headlines:
        return names
    covered = {i for line in headlines for i in range(line.start, line.end)}
    known = _known(doc, [name for name in names if name.start not in covered])
    lowered = {token.lower_ for token in doc if token.is_lower}
    found: list[Candidate] = []
    for name in names:
        found += [name] if name.start not in covered else _cut_down(doc, name, known, lowered)
    return found


def _headlines(doc: Doc) -> Iterator[Span]:
    """Lines all in capitals, and the first line if its words begin with capitals and no full stop ends it."""
    for number, line in enumerate(_lines(doc)):
        letters = [token.text for token in line if token.is_alpha]
        if len(letters) < FEWEST_WORDS:
            continue
        capitals = all(word.isupper() for word in letters)
        titled = number == 0 and line[-1].text != "." and all(w[0].isupper() for w in letters if len(w) >= SMALL_WORD)
        if (capitals or titled) and line.end < len(doc):
            yield line


def _lines(doc: Doc) -> Iterator[Span]:
    start = 0
    for token in doc:
        if token.is_space and "\n" in token.text:
            if token.i > start:
                yield doc[start : token.i]
            start = token.i + 1
    if start < len(doc):
        yield doc[start:]


def _known(doc: Doc, names: list[Candidate]) -> dict[str, str]:
    """The labels of the names that stand elsewhere, and of the surnames in them, by their keys."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(key(doc[name.start : name.end].text), name.label)
        if name.label == "PERSON":
            known.setdefault(key(surname(doc[name.start : name.end].text)), name.label)
    return known


def _cut_down(doc: Doc, name: Candidate, known: dict[str, str], lowered: set[str]) -> list[Candidate]:
    """The longest names within a candidate that the story knows; itself without ordinary words if it knows none."""
    if key(doc[name.start : name.end].text) in known:
        return [name]
    if name.end - name.start > 1:
        for length in range(name.end - name.start - 1, 0, -1):
            for start in range(name.start, name.end - length + 1):
                label = known.get(key(doc[start : start + length].text))
                if label is not None:
                    return [name._replace(start=start, end=start + length, label=label, rule="headline")]
    start, end = name.start, name.end
    while start < end and _is_ordinary(doc[start].lower_, lowered):
        start += 1
    while end > start and _is_ordinary(doc[end - 1].lower_, lowered):
        end -= 1
    return [name._replace(start=start, end=end)] if 0 < end - start <= LONGEST_ALONE else []


def _is_ordinary(word: str, lowered: set[str]) -> bool:
    """Whether the story uses a word in small letters, a verb's ending left out ("WINS")."""
    return word in lowered or word.removesuffix("s") in lowered
