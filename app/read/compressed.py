"""Gzip, unpacked as it is read, so that neither a large file nor a bomb is ever in memory."""

import gzip
import zlib
from collections.abc import Iterator

from app.read.allowance import Allowance
from app.read.streams import CHUNK_BYTES, buffered

MAGIC = b"\x1f\x8b"
# What broken or cut off data raises while it is read.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


def unpacked(chunks: Iterator[bytes], allowance: Allowance) -> Iterator[bytes]:
    """The unpacked chunks of gzip data.

    Raises:
        Refused: when the allowance is spent.
        EOFError, zlib.error, gzip.BadGzipFile: where the data are cut off or damaged, after all that can be read.
    """
    with gzip.GzipFile(fileobj=buffered(chunks)) as packed:
        # read1, because read() would lose what was unpacked right before a break.
        while chunk := packed.read1(CHUNK_BYTES):
            allowance.take(len(chunk))
            yield chunk
