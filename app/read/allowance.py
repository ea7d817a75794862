"""How much a file may grow while it is unpacked, however its packings are nested."""

from app.read.refusal import Refused

# News packs to a third or a tenth of its size; a thousandth part is made to fill memory or time.
MAX_RATIO = 200
FREE_BYTES = 1 << 28


class Allowance:
    """What one file has been read and what has been unpacked from it, in bytes, on all levels together."""

    def __init__(self) -> None:
        self.packed = 0
        self.unpacked = 0

    @property
    def is_spent(self) -> bool:
        """Whether more has been unpacked than any honest file holds."""
        return self.unpacked > FREE_BYTES and self.unpacked > MAX_RATIO * self.packed

    def check(self) -> None:
        """Refuse to go on where it is spent.

        Raises:
            Refused: if it is.
        """
        if self.is_spent:
            raise Refused(f"unpacks to more than {MAX_RATIO} times its size; unpack it yourself if you trust it")

    def take(self, size: int) -> None:
        """Count so many unpacked bytes.

        Raises:
            Refused: if that is too many.
        """
        self.unpacked += size
        self.check()
