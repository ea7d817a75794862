"""The word lists under data/: read once, comments and empty lines left out."""

from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@lru_cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The tab-separated rows of a data file."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#"))


@lru_cache
def words(name: str) -> frozenset[str]:
    """The first column of a data file."""
    return frozenset(row[0] for row in rows(name))


def direct_verbs() -> frozenset[str]:
    """Lemmas that introduce or follow a quotation in marks."""
    return words("direct_verbs.txt")
