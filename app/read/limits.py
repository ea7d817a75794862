"""How much of a file is ever in memory."""

import io

from app.read.refusal import Refused


def too_large(max_bytes: int) -> str:
    """Why a story of more than `max_bytes` is refused, and what to do."""
    return f"larger than {max_bytes:,} bytes, the most for one story (NEWSGLOSS_MAX_STORY_BYTES)"


def read_whole(stream: io.BufferedReader, max_bytes: int) -> bytes:
    """All bytes of a stream.

    Raises:
        Refused: if there are more than `max_bytes`; no more than that is read.
    """
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise Refused(too_large(max_bytes))
    return data
