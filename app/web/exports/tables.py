"""Rows as CSV or JSON Lines, in chunks: one for each batch of rows, so that a list of any length can be streamed."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from app.web.exports.rows import Value

Batches = Iterable[Iterable[Sequence[Value]]]

# CSV is for spreadsheets, and without this mark the most used of them reads UTF-8 as something else.
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet takes a cell that starts so for a formula, and would run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_chunks(columns: Sequence[str], batches: Batches) -> Iterator[str]:
    """A table as spreadsheets open it (RFC 4180); several values share a cell, a semicolon between them."""
    yield BYTE_ORDER_MARK + _csv([columns])
    for rows in batches:
        yield _csv([_cell(value) for value in row] for row in rows)


def json_lines(columns: Sequence[str], batches: Batches) -> Iterator[str]:
    """One JSON object a row, each on a line of its own, nothing changed or left out."""
    for rows in batches:
        yield "".join(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _inert(value if isinstance(value, str) else "; ".join(map(str, value)))


def _inert(words: str) -> str:
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words
