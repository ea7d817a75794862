"""How SQLite searches: FTS5 over a view of the stories and over the quotes, so the words are not kept twice.

The body is the first column, since FTS5 keeps two bytes more for each word of a story that stands in a later one. What
it would keep of the lengths of rows is for ranking, and lists are newest first.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.exc import DatabaseError

from app.store.search_query import NEAR, Query, Term
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
# How the id {0} is looked up: with all that fit, for itself, or with those that fit between the ids {1} and {2} in one
# walk along the index, unless {3}.
CONDITIONS = {
    "ALL": "({0} IN (SELECT rowid FROM {index} WHERE {index} MATCH {query}))",
    "ONE": _ONE,
    "AMONG": f"CASE WHEN {{3}} THEN {_ONE}"  # noqa: S608 - our own names
    " ELSE {0} IN (SELECT rowid FROM {index} WHERE {index} MATCH {query} AND rowid BETWEEN {1} AND {2}) END",
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
# Which of an index's columns is shown with its hits.
_SHOWN = {"story": 0, "quote": 0}


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


def count(connection: Connection, what: str, query: Query, most: int) -> int:
    """How many rows have the words of a query, up to `most`."""
    return int(connection.execute(_COUNT[what], {"query": expression(query), "most": most}).scalar_one())


# Made once, as all that pages ask for.
_COUNT = {
    what: text(f"SELECT count(*) FROM (SELECT 1 FROM {what}_fts WHERE {what}_fts MATCH :query LIMIT :most)")  # noqa: S608
    for what in _SHOWN
}


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
    first, last = min(ids), max(ids)
    statement = _HIGHLIGHTED[what, last - first > NEAR * len(ids) and not query.has_beginnings]
    marks = {"start": HIT_START, "end": HIT_END}
    wanted = {"query": expression(Query(query.groups)), "ids": json.dumps(list(ids)), "first": first, "last": last}
    return ((row[0], row[1]) for row in connection.execute(statement, marks | wanted))


_IDS = "(SELECT value FROM json_each(:ids))"
# By what is searched, and whether the rows are far apart: then each is looked up by itself.
_HIGHLIGHTED = {
    (what, are_apart): text(
        f"SELECT rowid, highlight({what}_fts, {column}, :start, :end)"  # noqa: S608 - our own names
        f" FROM {what}_fts WHERE {what}_fts MATCH :query AND {rows}"
    )
    for what, column in _SHOWN.items()
    for are_apart, rows in {
        True: f"rowid IN {_IDS}",
        False: f"rowid BETWEEN :first AND :last AND +rowid IN {_IDS}",
    }.items()
}
