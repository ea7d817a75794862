"""The readable part of an address."""

import re
import unicodedata

MAX_LENGTH = 80


def slugify(words: str, fallback: str) -> str:
    """The words in lower-case ASCII joined by hyphens, cut at a word; the fallback where nothing is left of them."""
    ascii_words = unicodedata.normalize("NFKD", words[:400]).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’.]", "", ascii_words)).strip("-")
    if len(slug) > MAX_LENGTH:
        slug = slug[: MAX_LENGTH + 1].rpartition("-")[0] or slug[:MAX_LENGTH]
    return slug or fallback
