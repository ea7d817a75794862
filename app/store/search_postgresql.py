"""How PostgreSQL searches: a weighted tsvector a story or quote, in a table of its own with a GIN index.

Words are told apart and folded here, by the same rules as SQLite's: no case, no accents, English endings left out
(Porter). PostgreSQL's own parser would take "state-of-the-art" and "example.org" for something else.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, text

from app.store.search_query import Query, Term
from app.store.search_snippets import HIT_END, HIT_START, MAX_HITS

# What PostgreSQL holds in one tsvector: bytes in all, places a word, the last place, bytes of a word.
MAX_BYTES = 1_000_000
MAX_PLACES = 255
LAST_PLACE = 16_383
MAX_WORD = 200
# What a place takes of it, and a word with its first place besides its letters.
PLACE_BYTES = 2
WORD_BYTES = 5
# Rows that are put into an index at once where it is made anew.
AT_ONCE = 500

CREATE = tuple(
    statement
    for what in ("story", "quote")
    for statement in (
        f"CREATE TABLE {what}_fts (id INTEGER PRIMARY KEY, words TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{what}_fts_words ON {what}_fts USING gin (words)",
    )
)
DROP = ("DROP TABLE quote_fts", "DROP TABLE story_fts")

# How the id {0} is looked up: with all that fit, or for itself, which costs little here however many there are.
_ONE = "EXISTS (SELECT 1 FROM {index} WHERE words @@ CAST({query} AS tsquery) AND {index}.id = {0})"
CONDITIONS = {
    "ALL": "({0} IN (SELECT id FROM {index} WHERE words @@ CAST({query} AS tsquery)))",
    "ONE": _ONE,
    "AMONG": _ONE,
}

# A row's id, and its parts by weight: A tells more than B.
_PARTS = {
    "story": "SELECT story.id, story.title AS a, story_text.text AS b"
    " FROM story JOIN story_text ON story_text.story_id = story.id WHERE story.id IN :ids",
    "quote": "SELECT id, '' AS a, content AS b FROM quote WHERE id IN :ids",
}


def create(connection: Connection) -> None:
    """Make the indexes."""
    for statement in CREATE:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Drop the indexes."""
    for statement in DROP:
        connection.execute(text(statement))


def add(connection: Connection, what: str, ids: Sequence[int]) -> None:
    """Put rows into their index."""
    rows = [{"id": row.id, "words": vector(row.a, row.b)} for row in _parts(connection, what, ids)]
    if rows:
        insert = text(f"INSERT INTO {what}_fts (id, words) VALUES (:id, CAST(:words AS tsvector))")  # noqa: S608
        connection.execute(insert, rows)


def remove(connection: Connection, what: str, ids: Sequence[int]) -> None:
    """Take rows out of their index."""
    delete = text(f"DELETE FROM {what}_fts WHERE id IN :ids")  # noqa: S608 - our own names
    connection.execute(delete.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)})


def is_right(connection: Connection, what: str) -> bool:
    """Whether an index holds a row for each there is, and no other."""
    apart = f"SELECT 1 FROM {what} FULL JOIN {what}_fts i USING (id) WHERE {what}.id IS NULL OR i.id IS NULL LIMIT 1"  # noqa: S608
    return connection.execute(text(apart)).first() is None


def rebuild(connection: Connection, what: str) -> None:
    """Make an index anew."""
    connection.execute(text(f"DELETE FROM {what}_fts"))  # noqa: S608 - our own names
    ids = list(connection.scalars(text(f"SELECT id FROM {what} ORDER BY id")))  # noqa: S608 - our own names
    for start in range(0, len(ids), AT_ONCE):
        add(connection, what, ids[start : start + AT_ONCE])


def _parts(connection: Connection, what: str, ids: Sequence[int]) -> Sequence[Any]:
    statement = text(_PARTS[what]).bindparams(bindparam("ids", expanding=True))
    return connection.execute(statement, {"ids": list(ids)}).all()


# ------------------------------------------------------------------------------------------------ words


# A word with the accents that are written as characters of their own behind its letters.
WORD = re.compile(r"(?:[^\W_][̀-ͯ]*)+")


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word without case, accents and, if it is long enough to have one, its English ending."""
    letters = unicodedata.normalize("NFD", word.lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))[:MAX_WORD]
    return _stemmer().stemWord(plain) if len(plain) > 2 else plain


@cache
def _stemmer() -> Any:
    # Only those who use PostgreSQL have it installed.
    import snowballstemmer

    return snowballstemmer.stemmer("porter")


def vector(title: str, body: str) -> str:
    """The tsvector of a title and a text, as PostgreSQL reads it; what is beyond its bounds is left out."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    size = 0
    for word, place, weight in _places(title, body):
        known = places.get(word)
        size += PLACE_BYTES if known else len(word.encode()) + WORD_BYTES
        if size > MAX_BYTES:
            break
        if known is None or len(known) < MAX_PLACES:
            places[word].append(f"{place}{weight}")
    return " ".join(f"{word}:{','.join(at)}" for word, at in places.items())


def _places(title: str, body: str) -> Iterator[tuple[str, int, str]]:
    """(word, place, weight); the place left out between the two parts keeps a phrase from running across."""
    place = 0
    for part, weight in ((title, "A"), (body, "B")):
        start = place + 2
        for place, match in enumerate(WORD.finditer(part), start):
            yield folded(match[0]), min(place, LAST_PLACE), weight


def count(connection: Connection, what: str, word: Term, most: int) -> int:
    """How many rows have a word, up to `most`."""
    rows = f"SELECT 1 FROM {what}_fts WHERE words @@ CAST(:query AS tsquery) LIMIT :most"  # noqa: S608 - our own names
    counted = text(f"SELECT count(*) FROM ({rows}) AS found")  # noqa: S608 - our own words
    return int(connection.execute(counted, {"query": expression(Query(((word,),))), "most": most}).scalar_one())


def expression(query: Query) -> str:
    """The query as a tsquery; every word stands in quotation marks, so that nothing in it is an operator."""
    parts = [f"({_any(group)})" for group in query.groups]
    parts += [f"!({_any(query.unwanted)})"] if query.unwanted else []
    return " & ".join(parts)


def _any(terms: Iterable[Term]) -> str:
    return " | ".join(_phrase(term) for term in terms)


def _phrase(term: Term) -> str:
    words = " <-> ".join(f"'{word}'" for word in _words(term))
    return f"({words}{':*' if term.is_prefix else ''})"


def _words(term: Term) -> list[str]:
    return [folded(match[0]) for match in WORD.finditer(term.words)]


# ------------------------------------------------------------------------------------------------ hits


def highlighted(connection: Connection, what: str, ids: Sequence[int], query: Query) -> Iterable[tuple[int, str]]:
    """The words of each of these rows that fits, with marks around the hits."""
    statement = text(
        f"SELECT id FROM {what}_fts WHERE id IN :ids AND words @@ CAST(:query AS tsquery)"  # noqa: S608 - our own names
    ).bindparams(bindparam("ids", expanding=True))
    wanted = {"ids": list(ids), "query": expression(Query(query.groups))}
    fitting = list(connection.scalars(statement, wanted))
    phrases = [(_words(term), term.is_prefix) for group in query.groups for term in group]
    return [(row.id, marked(row.b, phrases)) for row in _parts(connection, what, fitting)] if fitting else []


def marked(words: str, phrases: Sequence[tuple[Sequence[str], bool]]) -> str:
    """A text with marks around the phrases (words, the last a prefix or not) in it, as many as a snippet looks at."""
    found = list(WORD.finditer(words))
    plain = [folded(match[0]) for match in found]
    pieces, end, at, hits = [], 0, 0, 0
    while at < len(plain) and hits < MAX_HITS:
        length = max((len(phrase) for phrase, is_prefix in phrases if _stands(plain, at, phrase, is_prefix)), default=0)
        if length:
            first, last = found[at].start(), found[at + length - 1].end()
            pieces += [words[end:first], HIT_START, words[first:last], HIT_END]
            end, hits = last, hits + 1
        at += length or 1
    return "".join([*pieces, words[end:]])


def _stands(plain: Sequence[str], at: int, phrase: Sequence[str], is_prefix: bool) -> bool:
    *head, last = phrase
    there = plain[at : at + len(phrase)]
    if len(there) < len(phrase) or there[:-1] != head:
        return False
    return there[-1].startswith(last) if is_prefix else there[-1] == last
