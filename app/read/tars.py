"""Tar archives, file by file as they stream in."""

import io
import re
import tarfile
from collections.abc import Iterator
from typing import Any

from app.read.members import NO_FILE, Member, is_left_out, shown_name
from app.read.refusal import Refused
from app.read.streams import CHUNK_BYTES
from app.spans import Unreadable

# A file's own header, with its name at its longest; the library would read gigabytes.
MAX_HEADER_BYTES = 1 << 16
DAMAGED = "is a tar archive that is damaged"
CUT_OFF = "is cut off inside the archive"
WAITS_AT_END = 100

# Patterns of the library take the square of such a run's length.
_MANY_DIGITS = re.compile(rb"\d{100}")


class _Forward:
    """A stream that can be asked where it is and be moved on, but never back; the library reads its headers here."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._at = 0
        self._waits = 0
        self.last = b""

    def tell(self) -> int:
        return self._at

    def seek(self, target: int) -> None:
        if target < self._at:
            raise Refused(DAMAGED)
        while self._at < target and self.take(min(target - self._at, CHUNK_BYTES)):
            pass

    def read(self, size: int) -> bytes:
        if size > MAX_HEADER_BYTES:
            raise Refused(f"{DAMAGED}: a file's header is larger than {MAX_HEADER_BYTES:,} bytes")
        self.last = self.take(size)
        if size > tarfile.BLOCKSIZE and _MANY_DIGITS.search(self.last):
            raise Refused(DAMAGED)
        # At the end some loops of the library would wait for ever.
        self._waits = 0 if self.last else self._waits + 1
        if self._waits > WAITS_AT_END:
            raise Refused(DAMAGED)
        return self.last

    def take(self, size: int) -> bytes:
        """The next bytes, of what belongs to the files themselves."""
        data = self._stream.read(size)
        self._at += len(data)
        return data


def tar_members(stream: io.BufferedReader, origin: str, _allowance: Any) -> Iterator[Member | Unreadable]:
    """The files of a tar archive in its order; each has to be read before the next.

    Raises:
        Refused: where it is damaged.
    """
    forward = _Forward(stream)
    archive = _opened(forward)
    count = 0
    while (info := _next(archive)) is not None:
        # The library keeps them all.
        archive.members.clear()
        archive.pax_headers.clear()
        if info.isdir() or is_left_out(info.name):
            continue
        count += 1
        name = shown_name(info.name)
        if info.isreg() and not info.issparse():
            yield Member(name, _chunks(forward, info))
        else:
            yield Unreadable(f"{origin}/{name}", NO_FILE)
    if forward.last.strip(b"\0"):
        raise Refused(f"{DAMAGED} after {count} files, which were read")


def _opened(forward: _Forward) -> Any:
    try:
        return tarfile.TarFile(fileobj=forward, mode="r")  # type: ignore[arg-type]
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        raise Refused(DAMAGED) from error


def _next(archive: Any) -> tarfile.TarInfo | None:
    try:
        info: tarfile.TarInfo | None = archive.next()
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        raise Refused(DAMAGED) from error
    return info


def _chunks(forward: _Forward, info: tarfile.TarInfo) -> Iterator[bytes]:
    forward.seek(info.offset_data)
    left = info.size
    while left > 0:
        chunk = forward.take(min(left, CHUNK_BYTES))
        if not chunk:
            raise Refused(CUT_OFF)
        left -= len(chunk)
        yield chunk
