"""The measured figures of docs/quality.md, for the page that says how sure the annotations are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

QUALITY = Path(__file__).resolve().parents[2] / "docs" / "quality.md"

_RULE = re.compile(r"\|[\s:|-]+\|")
_MARKUP = re.compile(r"[*`]|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Measured:
    """One table of figures under its heading, with the commands that measure them."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    commands: tuple[str, ...]


@lru_cache
def measured() -> tuple[Measured, ...]:
    """The tables of the document as it is when first asked for; none where there is no document."""
    return tuple(tables(QUALITY.read_text(encoding="utf-8"))) if QUALITY.is_file() else ()


def tables(markdown: str) -> Iterator[Measured]:
    """The first table of each section of a Markdown document, with the section's code lines as commands."""
    for section in re.split(r"^#+ ", markdown, flags=re.MULTILINE)[1:]:
        heading, *lines = section.splitlines()
        rows = [_cells(line) for line in _first_table(lines)]
        if len(rows) > 1:
            yield Measured(_plain(heading), rows[0], tuple(rows[1:]), tuple(_commands(lines)))


def _first_table(lines: list[str]) -> Iterator[str]:
    started = False
    for line in lines:
        if line.startswith("|"):
            started = True
            if not _RULE.fullmatch(line.strip()):
                yield line
        elif started:
            return


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in line.strip().strip("|").split("|"))


def _plain(words: str) -> str:
    return _MARKUP.sub(lambda match: match[1] or "", words).strip()


def _commands(lines: list[str]) -> Iterator[str]:
    """Code: indented by four blanks, or between fences."""
    fenced = False
    for line in lines:
        if line.startswith("```"):
            fenced = not fenced
        elif line.strip() and (fenced or line.startswith("    ")):
            yield line.strip()
