"""How SQLite searches: FTS5 over a view of the stories and over the quotes, so the words are not kept twice.

The body is the first column, since FTS5 keeps two bytes more for each word of a story that stands in a later one. What
it would keep of the lengths of rows is for ranking, and lists are newest first.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.exc import DatabaseError

from app.store.search_query import Query, Term, TooFrequentError
from app.store.search_snippets import HIT_END, HIT_START

TOKENIZER = "porter unicode61 remove_diacritics 2"

CREATE = (
    """CREATE VIEW story_document AS
       SELECT story.id AS id, story.title AS title, story_text.text AS body
       FROM story JOIN story_text ON story_text.story_id = story.id""",
    f"""CREATE VIRTUAL TABLE story_fts
        USING fts5(body, title, content='story_document', content_rowid='id', columnsize=0, tokenize='{TOKENIZER}')""",
    f"""CREATE VIRTUAL TABLE quote_fts
        USING fts5(content, content='quote', content_rowid='id', columnsize=0, tokenize='{TOKENIZER}')""",
)
DROP = ("DROP TABLE quote_fts", "DROP TABLE story_fts", "DROP VIEW story_document")

_ONE = "EXISTS (SELECT 1 FROM {index} WHERE {index} MATCH {query} AND rowid = {0})"
# How the id {0} is looked up: with all that fit, for itself, or with those that fit of the ids {4}, which are between
# {1} and {2}, in one walk along the index, unless {3}.
CONDITIONS = {
    "ALL": "({0} IN (SELECT rowid FROM {index} WHERE {index} MATCH {query}))",
    "ONE": _ONE,
    "AMONG": f"CASE WHEN {{3}} THEN {_ONE}"  # noqa: S608 - our own names
    " ELSE {0} IN (SELECT rowid FROM {index} WHERE {index} MATCH {query} AND rowid BETWEEN {1} AND {2}"
    " AND +rowid IN {4}) END",
}

_ADD = {
    "story": "INSERT INTO story_fts (rowid, title, body) SELECT id, title, body FROM story_document",
    "quote": "INSERT INTO quote_fts (rowid, content) SELECT id, content FROM quote",
}
_REMOVE = {
    "story": "INSERT INTO story_fts (story_fts, rowid, title, body)"
    " SELECT 'delete', id, title, body FROM story_document",
    "quote": "INSERT INTO quote_fts (quote_fts, rowid, content) SELECT 'delete', id, content FROM quote",
}
_COLUMNS = {"story": "body, title", "quote": "content"}


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
    _run(connection, _ADD[what], ids)


def remove(connection: Connection, what: str, ids: Sequence[int]) -> None:
    """Take rows out of their index."""
    _run(connection, _REMOVE[what], ids)


def _run(connection: Connection, statement: str, ids: Sequence[int]) -> None:
    connection.execute(_chosen(statement), {"ids": list(ids)})


@cache
def _chosen(statement: str) -> TextClause:
    return text(f"{statement} WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))


def is_right(connection: Connection, what: str) -> bool:
    """Whether an index holds exactly the words of the rows there are."""
    try:
        connection.execute(text(f"INSERT INTO {what}_fts ({what}_fts, rank) VALUES ('integrity-check', 1)"))  # noqa: S608
    except DatabaseError:
        return False
    return True


def rebuild(connection: Connection, what: str) -> None:
    """Make an index anew."""
    connection.execute(text(f"INSERT INTO {what}_fts ({what}_fts) VALUES ('rebuild')"))  # noqa: S608


def count(connection: Connection, what: str, word: Term, most: int) -> int:
    """How many rows have a word, up to `most`.

    Raises:
        TooFrequentError: more words begin so than can be gathered.
    """
    if word.is_prefix:
        size = _size(connection, what, word)
        if size > MOST_GATHERED:
            raise TooFrequentError(word.words)
        if size > FEW:
            return most
    wanted = {"query": expression(Query(((word,),))), "most": most}
    return int(connection.execute(_COUNT[what], wanted).scalar_one())


# Made once, as all that pages ask for.
_COUNT = {
    what: text(f"SELECT count(*) FROM (SELECT 1 FROM {what}_fts WHERE {what}_fts MATCH :query LIMIT :most)")  # noqa: S608
    for what in _COLUMNS
}


# What an index tells of words that begin alike is gathered before the first row is found, so it is asked first how much
# that is, in pages: of more than a few, more rows are told of than anybody counts.
FEW = 100
MOST_GATHERED = 4000
# Where another word begins, what is told of it has to be sorted in, which takes so many times as long as a page.
SORTED_IN = 12


def _size(connection: Connection, what: str, beginning: Term) -> int:
    """How much an index tells of the words that begin so, but for what is on one page with others."""
    first = b"0" + _stem(beginning.words).encode()
    pages, words = connection.execute(_SIZE[what], {"first": first, "last": first + b"\xff"}).one()
    return int(pages + SORTED_IN * words)


# FTS5 keeps in a table at which word each of its pages begins, segment by segment, and looks words up there.
_SIZE = {
    what: text(
        f"""WITH RECURSIVE segment(id) AS (
                SELECT min(segid) FROM {what}_fts_idx
                UNION ALL
                SELECT (SELECT min(segid) FROM {what}_fts_idx WHERE segid > id) FROM segment WHERE id IS NOT NULL
            ), told AS (
                SELECT (SELECT pgno >> 1 FROM {what}_fts_idx WHERE segid = id AND term <= :last
                            ORDER BY term DESC LIMIT 1) AS last_page,
                       (SELECT pgno >> 1 FROM {what}_fts_idx WHERE segid = id AND term <= :first
                            ORDER BY term DESC LIMIT 1) AS first_page,
                       (SELECT count(*) FROM {what}_fts_idx WHERE segid = id AND term > :first AND term <= :last)
                            AS words
                FROM segment WHERE id IS NOT NULL
            )
            SELECT coalesce(sum(last_page - first_page), 0), coalesce(sum(words), 0) FROM told"""  # noqa: S608
    )
    for what in _COLUMNS
}


def _stem(word: str) -> str:
    """A word as an index keeps it."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f"CREATE VIRTUAL TABLE typed USING fts5(word, tokenize='{TOKENIZER}')")
        memory.execute("CREATE VIRTUAL TABLE kept USING fts5vocab(typed, row)")
        memory.execute("INSERT INTO typed VALUES (?)", (word,))
        return next((str(term) for (term,) in memory.execute("SELECT term FROM kept")), word)


def expression(query: Query) -> str:
    """The query for MATCH; every term stands in quotation marks, so that nothing in it is an operator."""
    wanted = " AND ".join(f"({_any(group)})" for group in query.groups)
    return f"({wanted}) NOT ({_any(query.unwanted)})" if query.unwanted else wanted


def _any(terms: Iterable[Term]) -> str:
    return " OR ".join(f'"{term.words}"' + ("*" if term.is_prefix else "") for term in terms)


def highlighted(connection: Connection, what: str, ids: Sequence[int], query: Query) -> Iterable[tuple[int, str]]:
    """The words of each of these rows that fits, with marks around the hits.

    The marks are read here and not by FTS5's own snippet(), which takes minutes over a long text that is all hits.
    """
    if query.has_beginnings:
        # The words that begin so would be gathered anew for each row.
        return _highlighted_apart(connection, what, ids, query)
    found = connection.execute(_HIGHLIGHTED[what], _marking(query) | {"ids": json.dumps(list(ids))})
    return [(row[0], row[1]) for row in found]


def _highlighted_apart(connection: Connection, what: str, ids: Sequence[int], query: Query) -> list[tuple[int, str]]:
    """The same in an index of these rows alone."""
    columns = _COLUMNS[what]
    texts = connection.execute(_TEXTS[what], {"ids": json.dumps(list(ids))}).all()
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f"CREATE VIRTUAL TABLE shown_fts USING fts5({columns}, tokenize='{TOKENIZER}')")
        places = ", ".join("?" * len(texts[0])) if texts else ""
        memory.executemany(f"INSERT INTO shown_fts (rowid, {columns}) VALUES ({places})", map(tuple, texts))  # noqa: S608
        return memory.execute(_HIGHLIGHT.format(index="shown_fts"), _marking(query)).fetchall()


def _marking(query: Query) -> dict[str, str]:
    return {"query": expression(Query(query.groups)), "start": HIT_START, "end": HIT_END}


# The first column of each index is shown with its hits.
_HIGHLIGHT = "SELECT rowid, highlight({index}, 0, :start, :end) FROM {index} WHERE {index} MATCH :query"
_AMONG_IDS = "IN (SELECT value FROM json_each(:ids))"
_HIGHLIGHTED = {what: text(f"{_HIGHLIGHT.format(index=f'{what}_fts')} AND rowid {_AMONG_IDS}") for what in _COLUMNS}
_TEXTS = {
    what: text(f"SELECT id, {_COLUMNS[what]} FROM {source} WHERE id {_AMONG_IDS}")  # noqa: S608 - our own names
    for what, source in {"story": "story_document", "quote": "quote"}.items()
}
