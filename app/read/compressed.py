"""Gzip, unpacked as it is read, so that neither a large file nor a bomb is ever in memory."""

import gzip
import zlib
from collections.abc import Iterator

from app.read.refusal import Refused
from app.read.streams import CHUNK_BYTES, buffered

MAGIC = b"\x1f\x8b"
# What broken or cut off data raises while it is read.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)

# News packs to a third or a tenth of its size; a thousandth part is made to fill memory or time.
MAX_RATIO = 200
FREE_BYTES = 1 << 28


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The unpacked chunks of gzip data.

    Raises:
        Refused: when the data unpack to more than `FREE_BYTES` and `MAX_RATIO` times their size.
        EOFError, zlib.error, gzip.BadGzipFile: where the data are cut off or damaged, after all that can be read.
    """
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for chunk in chunks:
            taken += len(chunk)
            yield chunk

    given = 0
    with gzip.GzipFile(fileobj=buffered(counted())) as packed:
        # read1, because read() would lose what was unpacked right before a break.
        while chunk := packed.read1(CHUNK_BYTES):
            given += len(chunk)
            if given > FREE_BYTES and given > MAX_RATIO * taken:
                raise Refused(f"unpacks to more than {MAX_RATIO} times its size; unpack it yourself if you trust it")
            yield chunk
