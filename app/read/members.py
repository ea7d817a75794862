"""What the files inside archives are called, and which of them are taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.read.files import NOTES

MAX_NAME_CHARS = 200
NO_FILE = "is no ordinary file (a link, a pipe or a device), which is never followed"

_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive; its name is for messages and a hint, and never a path that anything is written to."""

    name: str
    chunks: Iterator[bytes]


def shown_name(name: str) -> str:
    """A name as it can be printed."""
    return _UNSHOWABLE.sub("\ufffd", name)[:MAX_NAME_CHARS]


def is_left_out(name: str) -> bool:
    """Whether a file is passed over without a word: hidden ones, notes, and what a Mac adds to archives."""
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith(".") and part not in (".", "..") for part in path.parts)
    return hidden or "__MACOSX" in path.parts or path.name.lower().endswith(NOTES)
