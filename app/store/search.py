"""Full-text search over stories and quotes, the same on every database.

Rows are put into an index and taken out of it by hand, and an index may read the words it was made from where they
are stored: so rows must be taken out of it before those words change. How a database searches is told by a file of
its own, `search_sqlite` or `search_postgresql`, each with the same functions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session

from app.store import search_postgresql, search_sqlite
from app.store.search_query import NEAR, Query, Term, TooFrequentError, parse
from app.store.search_snippets import best_snippet

__all__ = [
    "Query",
    "Searched",
    "TooFrequentError",
    "add",
    "count",
    "create",
    "drop",
    "fits",
    "fits_among",
    "gap",
    "is_apart",
    "is_right",
    "is_search_table",
    "matches",
    "parse",
    "rebuild",
    "remove",
    "snippets",
]

Searched = Literal["story", "quote"]

# So many rows are put into an index at once: a statement takes 32,766 values.
AT_ONCE = 1000
# A word that is in most stories, also where a phrase, such as a name, is in all that have its words.
FREQUENT = Term("the")

DATABASES: Mapping[str, ModuleType] = {"sqlite": search_sqlite, "postgresql": search_postgresql}


def is_search_table(name: str) -> bool:
    """Whether a table belongs to the search index rather than to our metadata."""
    return name.startswith(("story_fts", "quote_fts"))


def create(connection: Connection) -> None:
    """Make the indexes (for migrations)."""
    _of(connection).create(connection)


def drop(connection: Connection) -> None:
    """Drop the indexes (for migrations)."""
    _of(connection).drop(connection)


def add(session: Session, what: Searched, ids: Sequence[int]) -> None:
    """Put stories or quotes into their index; they must be stored and not be in it."""
    for start in range(0, len(ids), AT_ONCE):
        _of(session.connection()).add(session.connection(), what, ids[start : start + AT_ONCE])


def remove(session: Session, what: Searched, ids: Sequence[int]) -> None:
    """Take stories or quotes out of their index; they must still be stored as they were when they were put in."""
    if ids:
        _of(session.connection()).remove(session.connection(), what, ids)


def is_right(session: Session, what: Searched) -> bool:
    """Whether an index holds exactly the rows there are; reads all of them."""
    right: bool = _of(session.connection()).is_right(session.connection(), what)
    return right


def rebuild(session: Session, what: Searched) -> None:
    """Make an index anew."""
    _of(session.connection()).rebuild(session.connection(), what)


def snippets(session: Session, what: Searched, ids: Sequence[int], query: Query) -> dict[int, list[tuple[str, bool]]]:
    """For each id that fits the query, the words around the hits as (words, is a hit) pieces in order."""
    if not ids or not query.groups:
        return {}
    texts = _of(session.connection()).highlighted(session.connection(), what, ids, query)
    return {row_id: snippet for row_id, text in texts if (snippet := best_snippet(text))}


def _of(connection: Connection) -> Any:
    return DATABASES[connection.dialect.name]


# ------------------------------------------------------------------------------------------------ matching


def count(session: Session, what: Searched, query: Query, *, most: int) -> int:
    """How many stories or quotes may have the words of a query: so many as have the rarest of those that must be there.

    Counting stops at `most`. That of all words together, or of a phrase, could not stop: of such there may be few.

    Raises:
        TooFrequentError: it asks for more beginnings of words than can be gathered.
    """
    connection = session.connection()
    counted = {
        part: _of(connection).count(connection, what, part, most)
        for part in {part for term in query.terms for part in term.parts}
    }
    wanted = (sum(min(counted[part] for part in term.parts) for term in group) for group in query.groups)
    return min(most, min(wanted, default=0))


def matches(what: Searched, id_column: SQLColumnExpression[Any], query: Query) -> ColumnElement[bool]:
    """The condition that a story or quote, by its id column, fits the query; nothing fits a query without words.

    All that fit are looked up at once: for words that are in few, or where nothing else is asked.
    """
    return _condition("ALL", what, query, id_column)


def fits(what: Searched, id_column: SQLColumnExpression[Any], query: Query) -> ColumnElement[bool]:
    """The same condition, looked up for each row apart: for a few hundred rows."""
    if query.has_beginnings:
        # The words that begin so would be gathered anew for each.
        return matches(what, id_column, query)
    return _step_by_step("ONE", what, query, id_column)


def is_apart(rows: FromClause, query: Query) -> ColumnElement[bool]:
    """Whether the ids of these rows, in their column `id`, are so far apart that each is looked up by itself."""
    if query.has_beginnings:
        # The words that begin so would be gathered anew for each.
        return false()
    return gap(rows) > NEAR


def gap(rows: FromClause) -> ScalarSelect[int]:
    """How far the ids of these rows are apart."""
    return select((func.max(rows.c.id) - func.min(rows.c.id)) // func.count()).scalar_subquery()


def fits_among(what: Searched, rows: FromClause, query: Query, are_apart: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition on the column `id` of many rows: along the index, or one by one where they are far apart."""
    first, last = (select(bound(rows.c.id)).scalar_subquery() for bound in (func.min, func.max))
    return _step_by_step("AMONG", what, query, rows.c.id, first, last, are_apart, select(rows.c.id).scalar_subquery())


def _condition(form: str, what: Searched, query: Query, *parts: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    if query.groups:
        return _Condition(form, what, query, *parts)
    return not_(_Condition(form, what, Query((query.unwanted,)), *parts)) if query.unwanted else false()


def _step_by_step(form: str, what: Searched, query: Query, *parts: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """A condition that looks no further than at the rows it is for, however rare it is that they fit.

    SQLite looks behind them for the next that has all words, or the phrase, if need be to the end of the index. A word
    alone it finds near by, and so it does what has a phrase's first word, or a frequent one, but not the phrase.
    """
    whole = _condition(form, what, query, *parts)
    if not query.terms:
        return whole
    has = partial(_condition, form, what)
    wanted = [_has_any(lambda each: has(each, *parts), group) for group in query.groups]
    unwanted = [not_(_has_any(lambda each: has(each, *parts), query.unwanted))] if query.unwanted else []
    return _Either(and_(*wanted, *unwanted), whole)


def _has_any(has: Callable[[Query], ColumnElement[bool]], terms: Iterable[Term]) -> ColumnElement[bool]:
    words = tuple(term for term in terms if len(term.parts) == 1)
    phrases = (_has_phrase(has, term) for term in terms if len(term.parts) > 1)
    return or_(*([has(Query((words,)))] if words else []), *phrases)


def _has_phrase(has: Callable[[Query], ColumnElement[bool]], phrase: Term) -> ColumnElement[bool]:
    has_words = (has(Query(((part,),))) for part in dict.fromkeys(phrase.parts))
    return and_(*has_words, not_(has(Query(((phrase.parts[0], FREQUENT),), (phrase,)))))


class _Either(FunctionElement[bool]):
    """One condition for each database."""

    type = Boolean()
    inherit_cache = True
    name = "either"

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """Itself, as it is in brackets already."""
        return self


@compiles(_Either)
def _compile_either(element: _Either, compiler: SQLCompiler, **options: Any) -> str:
    chosen = dict(zip(DATABASES, element.clauses, strict=True))[compiler.dialect.name]
    return f"({compiler.process(chosen, **options)})"


class _Condition(FunctionElement[bool]):
    """Holds the query for each database, put into its language once that database asks for it."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, form: str, what: Searched, query: Query, *parts: SQLColumnExpression[Any]) -> None:
        self.name = f"{form} {what}_fts"
        told = (partial(database.expression, query) for database in DATABASES.values())
        super().__init__(*(bindparam(None, type_=String(), unique=True, callable_=each) for each in told), *parts)

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """Itself: SQLAlchemy would make it "… = 1", for which SQLite uses no index."""
        return self


@compiles(_Condition)
def _compile_condition(element: _Condition, compiler: SQLCompiler, **options: Any) -> str:
    form, index = element.name.split()
    queries, parts = list(element.clauses)[: len(DATABASES)], list(element.clauses)[len(DATABASES) :]
    query = dict(zip(DATABASES, queries, strict=True))[compiler.dialect.name]
    condition: str = DATABASES[compiler.dialect.name].CONDITIONS[form]
    told = [compiler.process(each, **options) for each in parts]
    return condition.format(*told, index=index, query=compiler.process(query, **options))
