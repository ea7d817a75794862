"""Zip archives, file by file."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from app.read.allowance import Allowance
from app.read.members import NO_FILE, Member, is_left_out, shown_name
from app.read.refusal import Refused
from app.read.streams import CHUNK_BYTES, chunks_of
from app.spans import Unreadable

# The list of files at a zip's end is read whole: this is room for some 200,000.
MAX_LIST_BYTES = 1 << 24
ENCRYPTED = 0x1
DOCUMENTS = {"[Content_Types].xml", "mimetype"}
DAMAGED = "is damaged inside the archive"


class _Spooled:
    """An archive on disk, since a zip is read from its end."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        if size > MAX_LIST_BYTES:
            raise Refused("is a zip archive of too many files; add them in several archives, or unpacked")
        data: bytes = self._file.read(size)
        return data


def zip_members(stream: io.BufferedReader, origin: str, allowance: Allowance) -> Iterator[Member | Unreadable]:
    """The files of a zip archive in its order; each has to be read before the next.

    Raises:
        Refused: if it is damaged, has too many files, is an office document, or is a bomb.
    """
    with TemporaryFile() as file:
        for chunk in chunks_of(stream):
            file.write(chunk)
        with _opened(file) as archive:
            if DOCUMENTS & {info.filename for info in archive.infolist()}:
                raise Refused("is a Word, OpenDocument or EPUB file; save it as plain text or HTML and add that")
            for info in archive.infolist():
                if not (info.is_dir() or is_left_out(info.filename)):
                    yield _member(archive, info, origin, allowance)


def _opened(file: Any) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(_Spooled(file))
    except Refused:
        raise
    except Exception as error:
        raise Refused("is a zip archive that is damaged or cut off") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, origin: str, allowance: Allowance) -> Member | Unreadable:
    name = shown_name(info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    reason = None
    if kind not in (0, stat.S_IFREG):
        reason = NO_FILE
    elif info.flag_bits & ENCRYPTED:
        reason = "is encrypted; unpack the archive yourself and add the files"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        reason = "is packed in a way that is not read; pack it as an ordinary zip"
    return Unreadable(f"{origin}/{name}", reason) if reason else Member(name, _chunks(archive, info, allowance))


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while chunk := member.read(CHUNK_BYTES):
                allowance.take(len(chunk))
                yield chunk
    except Refused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Refused(DAMAGED) from error
