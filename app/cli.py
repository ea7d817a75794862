"""The command line: results on stdout, messages on stderr, exit status 0, 1 (something failed) or 2 (wrong use)."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.config import get_settings
from app.exchange import annotations_to_json
from app.nlp.pipeline import Titled, annotate_many

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """x."""


@app.command()
def annotate(path: Annotated[Path, typer.Argument()]) -> None:
    """Annotate JSON Lines (plain or gzip) and write the exchange format to stdout."""
    settings = get_settings()
    lines = (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8")
    rows = [json.loads(line) for line in lines]
    texts = [Titled(row["text"], row.get("title") or "") for row in rows]
    found = annotate_many(texts, model=settings.model, max_chars=settings.max_annotated_chars)
    for row, annotations in zip(rows, found, strict=True):
        print(json.dumps(annotations_to_json(row["id"], annotations), ensure_ascii=False))


def main() -> None:
    app()
