from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.nlp.fingerprint import bands
from app.spans import Annotations
from app.store import browse
from app.store.db import write_session
from app.store.filters import parse_selection
from app.store.models import Story, StoryBand
from app.store.slugs import slugify
from app.store.stories import delete_stories
from tests.factories import NOW, make_raw, store_story

SENTENCES = [
    f"The {what} of the {where} opened on {day} after {n} days of repair, and the mayor thanked the {who}."
    for n, (what, where, day, who) in enumerate(
        [
            ("bridge", "old town", "Monday", "masons"),
            ("school", "harbour quarter", "Tuesday", "teachers"),
            ("museum", "northern hills", "Wednesday", "painters"),
            ("library", "western valley", "Thursday", "readers"),
            ("station", "river plain", "Friday", "drivers"),
            ("theatre", "market square", "Saturday", "players"),
            ("stadium", "lower meadows", "Sunday", "runners"),
            ("hospital", "eastern slope", "Easter day", "nurses"),
        ],
        1,
    )
]
WIRE = "\n\n".join(SENTENCES)
CUT = "\n\n".join(SENTENCES[:5])
OTHER = "\n\n".join(f"Nothing of {word} was heard again in the {word} islands that {word} winter." for word in "abcdef")


def print_in(archive: Engine, outlet: str, text: str, *, days: int = 0) -> int:
    published = NOW + timedelta(days=days)
    raw = make_raw(text, title=f"As {outlet} has it", outlet=outlet, published_at=published, url=f"https://{outlet}/1")
    return store_story(archive, raw, Annotations("annotated", bands=bands(text)))


def group_of(archive: Engine, story_id: int) -> int | None:
    with Session(archive) as session:
        return session.exec(select(Story.group_id).where(Story.id == story_id)).one()


def listed(archive: Engine, *pairs: tuple[str, str]) -> list[int]:
    with Session(archive) as session:
        return [card.id for card in browse.list_stories(session, parse_selection(pairs), after=None, size=10).items]


@pytest.mark.parametrize("text", [WIRE, CUT])
def test_the_copy_of_another_outlet_joins_the_group(archive: Engine, text: str) -> None:
    first = print_in(archive, "first.example", WIRE)
    second = print_in(archive, "second.example", text, days=1)
    assert group_of(archive, first) == group_of(archive, second) == first


def test_another_report_and_a_text_printed_weeks_later_stay_alone(archive: Engine) -> None:
    stories = [
        print_in(archive, "first.example", WIRE),
        print_in(archive, "second.example", OTHER),
        print_in(archive, "third.example", WIRE, days=30),
    ]
    assert [group_of(archive, each) for each in stories] == [None, None, None]


def test_a_copy_between_two_groups_makes_them_one(archive: Engine) -> None:
    ends = [print_in(archive, "a.example", WIRE), print_in(archive, "b.example", WIRE, days=5)]
    assert [group_of(archive, each) for each in ends] == [None, None]
    between = print_in(archive, "c.example", WIRE, days=3)
    assert {group_of(archive, each) for each in (*ends, between)} == {ends[0]}


def test_the_list_shows_a_group_once_and_says_where_else_it_stands(archive: Engine) -> None:
    first = print_in(archive, "first.example", WIRE)
    other = print_in(archive, "other.example", OTHER)
    newest = print_in(archive, "second.example", WIRE, days=2)
    assert listed(archive) == [newest, other]
    assert listed(archive, ("copies", "all")) == [newest, other, first]
    with Session(archive) as session:
        card = browse.list_stories(session, parse_selection([]), after=None, size=10).items[0]
    assert [copy.id for copy in card.copies] == [first]
    assert card.copies[0].outlet is not None


def test_a_filter_that_only_the_older_copy_meets_still_finds_it(archive: Engine) -> None:
    first = print_in(archive, "first.example", WIRE)
    newest = print_in(archive, "second.example", CUT, days=1)
    assert listed(archive) == [newest]
    assert listed(archive, ("outlet", slugify("first.example", ""))) == [first]
    assert listed(archive, ("q", "stadium")) == [first]


def test_the_page_boundary_does_not_show_a_group_twice(archive: Engine) -> None:
    older = print_in(archive, "first.example", WIRE)
    newest = print_in(archive, "second.example", WIRE, days=2)
    with Session(archive) as session:
        one = browse.list_stories(session, parse_selection([]), after=None, size=1)
        two = browse.list_stories(session, parse_selection([]), after=one.next, size=1)
    assert [card.id for card in one.items] == [newest]
    assert two.items == []
    assert older != newest


def test_who_leaves_a_group_leaves_no_group_of_one(archive: Engine) -> None:
    stories = [print_in(archive, f"{name}.example", WIRE) for name in "abc"]
    with write_session(archive) as session:
        delete_stories(session, stories[:1], now=NOW)
    assert group_of(archive, stories[1]) == group_of(archive, stories[2]) is not None
    with write_session(archive) as session:
        delete_stories(session, stories[1:2], now=NOW)
    assert group_of(archive, stories[2]) is None
    with Session(archive) as session:
        assert {band.story_id for band in session.exec(select(StoryBand))} == {stories[2]}
