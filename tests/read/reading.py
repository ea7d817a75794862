from io import BytesIO

from app.read import read_stories
from app.spans import RawStory, Unreadable


def read(data: bytes, origin: str = "news", max_bytes: int = 10_000_000) -> list[RawStory | Unreadable]:
    return list(read_stories(BytesIO(data), origin, max_bytes=max_bytes))


def story(data: bytes, origin: str = "news", max_bytes: int = 10_000_000) -> RawStory:
    [found] = read(data, origin, max_bytes)
    assert isinstance(found, RawStory), found
    return found


def refusal(data: bytes, origin: str = "news", max_bytes: int = 10_000_000) -> Unreadable:
    [found] = read(data, origin, max_bytes)
    assert isinstance(found, Unreadable), found
    return found
