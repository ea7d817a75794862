"""Byte streams made from chunks: looked into before they are read, without loading them."""

import io
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO

CHUNK_BYTES = 1 << 16


class _ChunkStream(io.RawIOBase):
    """A raw stream over an iterator of chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def buffered(chunks: Iterable[bytes]) -> io.BufferedReader:
    """The chunks as one stream; what the iterator raises comes out of the read that reaches it."""
    return io.BufferedReader(_ChunkStream(iter(chunks)), CHUNK_BYTES)


def chunks_of(stream: BinaryIO | io.BufferedIOBase) -> Iterator[bytes]:
    """What is left of a stream, in chunks."""
    return iter(partial(stream.read, CHUNK_BYTES), b"")


def peek(chunks: Iterator[bytes], errors: tuple[type[Exception], ...]) -> tuple[bytes, Iterator[bytes]]:
    """The first `CHUNK_BYTES` or more, and all chunks from the start on.

    One of `errors` met on the way is raised again only where reading comes to it, so that what stands before a
    break can still be used.
    """
    head = bytearray()
    try:
        while len(head) < CHUNK_BYTES:
            head += next(chunks)
    except StopIteration:
        return bytes(head), iter([bytes(head)])
    except errors as error:
        return bytes(head), chain([bytes(head)], _raising(error))
    return bytes(head), chain([bytes(head)], chunks)


def _raising(error: Exception) -> Iterator[bytes]:
    yield b""
    raise error
