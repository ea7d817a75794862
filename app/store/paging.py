"""Opaque tokens for keyset paging."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_TOKEN = 500
# The largest number that a column of either database holds.
MAX_ID = 2**31 - 1
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


class BadCursorError(ValueError):
    """A `next` token that is none of ours."""


def encode(*key: object) -> str:
    """The token for the place behind a row with that sort key (of times, numbers and strings)."""
    plain = [(value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value for value in key]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(token: str, *types: type) -> list[Any]:
    """The sort key in a token, its parts of these types (datetime, int, str).

    Raises:
        BadCursorError: the token was not made by `encode` with such a key.
    """
    if len(token) > MAX_TOKEN:
        raise BadCursorError(token[:80])
    try:
        plain = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
        return [_part(value, kind) for value, kind in zip(plain, types, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursorError(token[:80]) from error


def _part(value: object, kind: type) -> object:
    if kind is str and isinstance(value, str) and not _UNUSABLE.search(value):
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(value)
    if kind is datetime:
        return EPOCH + timedelta(microseconds=value)
    if abs(value) > MAX_ID:
        raise ValueError(value)
    return value
