"""Full-text search over stories and quotes, hidden behind a few functions (SQLite FTS5 here).

The indexes keep no copy of the words: they read them from a view of the stories and from the quotes. So rows must
be taken out of an index before the words they were made from change.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    SQLColumnExpression,
    bindparam,
    column,
    false,
    not_,
    select,
    table,
    text,
)
from sqlmodel import Session

Searched = Literal["story", "quote"]

# Ends of a hit inside a snippet; private-use characters, and harmless where a text has them of its own.
HIT_START, HIT_END = "\ue000", "\ue001"
SNIPPET_CHARS = 200
SNIPPET_BEFORE = 60
MAX_HITS = 100
MAX_TERMS = 40

TOKENIZER = "porter unicode61 remove_diacritics 2"

CREATE = (
    """CREATE VIEW story_document AS
       SELECT story.id AS id, story.title AS title, story_text.text AS body
       FROM story JOIN story_text ON story_text.story_id = story.id""",
    f"""CREATE VIRTUAL TABLE story_fts
        USING fts5(title, body, content='story_document', content_rowid='id', tokenize='{TOKENIZER}')""",
    f"""CREATE VIRTUAL TABLE quote_fts
        USING fts5(content, content='quote', content_rowid='id', tokenize='{TOKENIZER}')""",
)
DROP = ("DROP TABLE quote_fts", "DROP TABLE story_fts", "DROP VIEW story_document")

_INDEX: dict[tuple[Searched, str], str] = {
    ("story", "add"): "INSERT INTO story_fts (rowid, title, body) SELECT id, title, body FROM story_document",
    ("story", "remove"): "INSERT INTO story_fts (story_fts, rowid, title, body)"
    " SELECT 'delete', id, title, body FROM story_document",
    ("quote", "add"): "INSERT INTO quote_fts (rowid, content) SELECT id, content FROM quote",
    ("quote", "remove"): "INSERT INTO quote_fts (quote_fts, rowid, content) SELECT 'delete', id, content FROM quote",
}


def is_search_table(name: str) -> bool:
    """Whether a table belongs to the search index rather than to our metadata."""
    return name.startswith(("story_fts", "quote_fts"))


def create(connection: Connection) -> None:
    """Make the indexes (for migrations)."""
    for statement in CREATE:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Drop the indexes (for migrations)."""
    for statement in DROP:
        connection.execute(text(statement))


def add(session: Session, what: Searched, ids: Sequence[int]) -> None:
    """Put stories or quotes into their index; they must be stored and not be in it."""
    _run(session, what, "add", ids)


def remove(session: Session, what: Searched, ids: Sequence[int]) -> None:
    """Take stories or quotes out of their index; they must still be stored as they were when they were put in."""
    _run(session, what, "remove", ids)


def _run(session: Session, what: Searched, action: str, ids: Sequence[int]) -> None:
    if ids:
        statement = text(f"{_INDEX[what, action]} WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
        session.connection().execute(statement, {"ids": list(ids)})


# ------------------------------------------------------------------------------------------------ what a reader types


@dataclass(frozen=True, slots=True)
class Query:
    """A search as typed, made safe: FTS5 expressions for what must and what must not be there ("" for neither)."""

    wanted: str
    unwanted: str


TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def parse(q: str) -> Query:
    """Read words, "phrases", prefix*, OR and -not; anything else is taken as words, so nothing is ever an error."""
    groups: list[list[str]] = []
    unwanted: list[str] = []
    join_next = False
    for match in list(TERM.finditer(_straight(q)))[:MAX_TERMS]:
        if match["word"] == "OR":
            join_next = bool(groups)
            continue
        term = _term(match)
        if not term or match["word"] == "AND":
            continue
        if match["minus"]:
            unwanted.append(term)
        elif join_next:
            groups[-1].append(term)
        else:
            groups.append([term])
        join_next = False
    wanted = " AND ".join(f"({' OR '.join(group)})" for group in groups)
    return Query(wanted, " OR ".join(unwanted))


def _straight(q: str) -> str:
    return re.sub("[“”„«»]", '"', q.replace("\0", ""))


def _term(match: re.Match[str]) -> str:
    if match["phrase"] is not None:
        return _quoted(match["phrase"])
    word = match["word"]
    return _quoted(word) + ("*" if word.endswith("*") else "") if _quoted(word) else ""


def _quoted(words: str) -> str:
    return '"' + words.strip("*") + '"' if any(character.isalnum() for character in words) else ""


# ------------------------------------------------------------------------------------------------ matching


def matches(what: Searched, id_column: SQLColumnExpression[Any], query: Query) -> ColumnElement[bool]:
    """The condition that a story or quote, by its id column, fits the query; nothing fits a query without words."""
    if not query.wanted and not query.unwanted:
        return false()
    if not query.wanted:
        return not_(id_column.in_(_matching_ids(what, query.unwanted)))
    expression = f"({query.wanted}) NOT ({query.unwanted})" if query.unwanted else query.wanted
    return id_column.in_(_matching_ids(what, expression))


def _matching_ids(what: Searched, expression: str) -> Select[tuple[int]]:
    name = f"{what}_fts"
    index = table(name, column("rowid", Integer))
    return select(index.c.rowid).where(column(name, is_literal=True).op("MATCH")(expression))


def snippets(session: Session, what: Searched, ids: Sequence[int], query: Query) -> dict[int, list[tuple[str, bool]]]:
    """For each id that fits the query, the words around the hits as (words, is a hit) pieces in order.

    Cut here and not by FTS5's own snippet(), which takes minutes over a long text that is nothing but hits.
    """
    if not ids or not query.wanted:
        return {}
    name, searched_column = f"{what}_fts", 1 if what == "story" else 0
    statement = text(
        f"SELECT rowid, highlight({name}, {searched_column}, :start, :end)"  # noqa: S608 - our own names
        f" FROM {name} WHERE {name} MATCH :query AND rowid IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
    rows = session.connection().execute(
        statement, {"start": HIT_START, "end": HIT_END, "query": query.wanted, "ids": list(ids)}
    )
    return {row[0]: snippet for row in rows if (snippet := best_snippet(row[1]))}


HIT = re.compile(f"{HIT_START}([^{HIT_START}{HIT_END}]*){HIT_END}")


def best_snippet(highlighted: str) -> list[tuple[str, bool]]:
    """The stretch of a highlighted text that holds most different hits, as pieces; empty where it holds none."""
    hits = list(islice(HIT.finditer(highlighted), MAX_HITS))
    if not hits:
        return []
    first = max(hits, key=lambda hit: (_hits_near(hits, hit), -hit.start()))
    start = max(0, first.start() - SNIPPET_BEFORE)
    end = first.start() + SNIPPET_CHARS
    inside = [hit for hit in hits if hit.start() >= start and hit.end() <= end] or [first]
    pieces = []
    place = start
    for hit in inside:
        pieces += [(highlighted[place : hit.start()], False), (hit[1], True)]
        place = hit.end()
    pieces.append((highlighted[place : max(place, end)], False))
    return _trimmed(pieces, cut_before=start > 0, cut_after=end < len(highlighted))


def _hits_near(hits: Sequence[re.Match[str]], first: re.Match[str]) -> int:
    near = (hit[1].casefold() for hit in hits if 0 <= hit.start() - first.start() < SNIPPET_CHARS - len(hit[0]))
    return len(set(near))


def _trimmed(pieces: list[tuple[str, bool]], *, cut_before: bool, cut_after: bool) -> list[tuple[str, bool]]:
    """Without the parts of words and of hits at the ends, which a cut leaves; white space folded."""
    (head, _), *middle, (tail, _) = pieces
    if cut_before:
        head = "…" + re.sub(r"^\S*\s", " ", head.replace(HIT_END, " "), count=1)
    if cut_after:
        tail = re.sub(r"\s\S*$", " ", tail.split(HIT_START)[0], count=1) + "…"
    whole = [(head, False), *middle, (tail, False)]
    marks = re.compile(f"[{HIT_START}{HIT_END}]")
    folded = [(re.sub(r"\s+", " ", marks.sub("", words)), is_hit) for words, is_hit in whole]
    return [(words, is_hit) for words, is_hit in folded if words]
