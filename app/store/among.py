"""Many ids or values at once, the same statement however many they are: so it is made and compiled once."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Dialect,
    SQLColumnExpression,
    String,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    func,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def among(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The condition that a column is one of the whole numbers given as the parameter "ids"."""
    return column.bool_op("IN")(_Ids())


def joined(values: SQLColumnExpression[Any]) -> Any:
    """The values of a column in one string, with commas between: to read a row for each takes several times as long."""
    return func.aggregate_strings(cast(values, String), _COMMA)


# A plain string here would be written into the statement anew each time.
_COMMA: Any = literal_column("','")


class _IdsType(TypeDecorator[Sequence[int]]):
    """Whole numbers as one parameter: a JSON array on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return json.dumps(ids) if dialect.name == "sqlite" else ids


class _Ids(FunctionElement[int]):
    """The rows of the parameter."""

    type = BigInteger()
    inherit_cache = True
    name = "ids"

    def __init__(self) -> None:
        super().__init__(bindparam("ids", type_=_IdsType()))


@compiles(_Ids, "sqlite")
def _on_sqlite(element: _Ids, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608 - our parts


@compiles(_Ids, "postgresql")
def _on_postgresql(element: _Ids, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"
