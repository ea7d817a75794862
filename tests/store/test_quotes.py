"""The list of quotes: bounded in what it looks at, and complete to whoever goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.config import get_settings
from app.store import quotes, search
from app.store.cards import Page, QuoteCard
from app.store.filters import parse_selection
from tests.factories import Said, make_annotations, make_raw, store_story

DAY = datetime(2026, 3, 1, tzinfo=UTC)
STORIES = 25


def fill(archive: Engine) -> None:
    """Stories of two quotes each, three of them published at the same time; in the oldest three Ben speaks of Ana."""
    for number in range(STORIES):
        speaker = "Ben" if number < 3 else "Ana"
        text = f"“Ana saw boat {number},” {speaker} said. “Rain fell,” {speaker} said."
        said = [Said(f"Ana saw boat {number},", speaker, speaker=speaker), Said("Rain fell,", speaker, speaker=speaker)]
        raw = make_raw(text, published_at=DAY + timedelta(days=number // 3))
        store_story(archive, raw, make_annotations(text, people=["Ana", "Ben"] if number < 3 else ["Ana"], said=said))


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The quotes of ten stories are looked at for a page."""
    monkeypatch.setenv("NEWSGLOSS_MAX_EXAMINED", "100")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def walk(archive: Engine, query: list[tuple[str, str]], size: int) -> Iterator[Page[QuoteCard]]:
    after: str | None = None
    for _ in range(100):
        with Session(archive) as session:
            page = quotes.list_quotes(session, parse_selection(query), after=after, size=size)
        yield page
        if page.next is None:
            return
        after = page.next
    raise AssertionError("the list has no end")


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("size", [1, 4, 30])
@pytest.mark.parametrize(
    ("query", "n"),
    [
        ([], 2 * STORIES),
        ([("speaker", "1")], 2 * (STORIES - 3)),
        ([("speaker", "2")], 6),
        ([("speaker", "1"), ("speaker", "2")], 2 * STORIES),
        ([("person", "2"), ("about", "1")], 3),
        ([("about", "1"), ("not", "speaker:1")], 3),
        ([("about", "2")], 0),
        ([("kind", "direct"), ("not", "speaker:1")], 6),
        ([("to", "2026-03-02")], 12),
        ([("q", "rain")], STORIES),
        ([("q", "-rain")], STORIES),
        ([("q", "-rain"), ("speaker", "2")], 3),
        ([("q", "boat AND 2")], 1),
        ([("q", "...")], 0),
    ],
)
def test_whoever_goes_on_sees_every_quote_once_and_the_newest_first(
    archive: Engine, query: list[tuple[str, str]], n: int, size: int
) -> None:
    fill(archive)
    seen = [
        (card.story.published_at, card.story.id, card.id) for page in walk(archive, query, size) for card in page.items
    ]
    assert len(seen) == n
    assert seen == sorted(set(seen), reverse=True)


@pytest.mark.usefixtures("small_steps")
def test_a_page_says_when_it_stopped_looking(archive: Engine) -> None:
    fill(archive)
    first, *_, last = walk(archive, [("not", "speaker:1")], 4)
    assert (first.items, first.examined) == ([], 10)
    assert last.examined is None


@pytest.mark.usefixtures("small_steps")
def test_words_that_many_quotes_have_are_looked_for_in_the_newest_stories(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive)
    monkeypatch.setattr(search, "count", lambda *_args, most, **_kwargs: most)
    found = [card.text for page in walk(archive, [("q", "boat"), ("speaker", "2")], 2) for card in page.items]
    assert found == ["Ana saw boat 2,", "Ana saw boat 1,", "Ana saw boat 0,"]
