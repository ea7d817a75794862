"""Words that rows are found by, short enough for any index."""

import hashlib

# PostgreSQL takes 2,704 bytes for all columns of an index together.
MAX_BYTES = 1000
KEPT_CHARS = 200


def index_key(words: str) -> str:
    """The words; where they are longer than an index takes, their beginning and a hash of them all."""
    if len(words) * 4 <= MAX_BYTES or len(words.encode()) <= MAX_BYTES:
        return words
    return f"{words[:KEPT_CHARS]}…{hashlib.sha256(words.encode()).hexdigest()}"
