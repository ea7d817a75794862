from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app.spans import RawStory
from app.store import archive as whole
from app.store.browse import list_stories
from app.store.db import write_session
from app.store.filters import Selection
from app.store.models import Revision, Story, StoryText
from app.store.soundness import problems
from app.store.stories import add_all, delete_stories, lead_of
from app.store.story_page import get_story
from tests.factories import NOW, TEXT, make_raw, store_raw, store_story

URL = "https://courier.example/fish?b=2&a=1"


def test_a_story_is_stored_with_its_text_as_given(archive: Engine) -> None:
    text = "  One\r\ntwo \ufeff three\n\n"
    story_id = store_raw(archive, make_raw(text, title="One")).story_id
    with Session(archive) as session:
        assert session.get_one(StoryText, story_id).text == text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({}, {}, id="same text"),
        pytest.param({"url": URL}, {"url": "http://www.courier.example/fish/?a=1&b=2#top"}, id="same address"),
        pytest.param(
            {"outlet": "Courier", "external_id": "7"}, {"outlet": "Courier", "external_id": "7"}, id="same id"
        ),
        pytest.param({"url": URL}, {}, id="same text without the address"),
    ],
)
def test_the_same_story_again_is_a_duplicate(archive: Engine, first: dict[str, str], second: dict[str, str]) -> None:
    one = store_raw(archive, make_raw(**first))
    two = store_raw(archive, make_raw(**second))
    assert (one.outcome, two.outcome) == ("added", "duplicate")
    assert one.story_id == two.story_id


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"url": URL}, {"url": "https://wire.example/fish"}, id="two addresses"),
        pytest.param({"outlet": "A", "external_id": "7"}, {"outlet": "B", "external_id": "7"}, id="two outlets"),
    ],
)
def test_the_same_text_elsewhere_is_another_story(
    archive: Engine, first: dict[str, str], second: dict[str, str]
) -> None:
    assert store_raw(archive, make_raw(**first)).outcome == "added"
    assert store_raw(archive, make_raw(**second)).outcome == "added"


HANDED_IN = [
    make_raw("One.", url=URL),
    make_raw("One, changed.", url=URL),
    make_raw("One."),
    make_raw("One, changed."),
    make_raw("Two.", outlet="Courier", external_id="7"),
    make_raw("Two.", outlet="Courier", external_id="7", title="Another headline"),
    make_raw("Two."),
    make_raw("Two, changed.", outlet="Wire", url=URL),
]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raws=st.lists(st.sampled_from(HANDED_IN), min_size=2, max_size=9), before=st.integers(0, 4))
def test_stories_handed_in_together_are_stored_as_if_one_after_the_other(
    archive: Engine, raws: list[RawStory], before: int
) -> None:
    def stored(groups: list[list[RawStory]]) -> list[object]:
        with write_session(archive) as session:
            delete_stories(session, list(session.scalars(select(col(Story.id)))), now=NOW)
            added = [each for group in groups for each in add_all(session, group, now=NOW)]
            first = added[0].story_id
            texts = select(col(Story.id) - first, col(Story.title), col(Story.outlet_id), col(StoryText.text))
            rows = session.execute(texts.join(StoryText, col(StoryText.story_id) == col(Story.id)))
            old = session.execute(select(col(Revision.story_id) - first, col(Revision.text)))
            assert problems(session) == []
            return [[(each.outcome, each.story_id - first) for each in added], sorted(rows), sorted(old)]

    one_by_one = stored([[raw] for raw in raws])
    assert stored([raws[:before], raws[before:]]) == one_by_one


def test_a_changed_text_renews_the_story_and_keeps_the_old_one(archive: Engine) -> None:
    story_id = store_story(archive, make_raw(url=URL))
    changed = store_raw(archive, make_raw(TEXT + " Talks go on.", url=URL))
    assert (changed.outcome, changed.story_id) == ("updated", story_id)
    with Session(archive) as session:
        page = get_story(session, story_id)
        assert page is not None
        assert page.text.endswith("Talks go on.")
        assert (page.state, page.quotes, page.actors) == ("pending", [], [])
        revisions = session.scalars(select(Revision)).all()
        assert [revision.text for revision in revisions] == [TEXT]
        assert whole.wrong_counts(session) == {}


def test_a_new_headline_renews_the_story_without_a_revision(archive: Engine) -> None:
    raw = make_raw(url=URL)
    store_raw(archive, raw)
    assert store_raw(archive, replace(raw, title="Another headline")).outcome == "updated"
    with Session(archive) as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 0
        assert session.scalars(select(Story)).one().slug == "another-headline"


def test_a_headline_of_ours_never_replaces_a_given_one(archive: Engine) -> None:
    store_raw(archive, make_raw(url=URL, title="Given"))
    again = make_raw(TEXT + " More.", url=URL, title="Harbour talks …", title_is_ours=True)
    assert store_raw(archive, again).outcome == "updated"
    with Session(archive) as session:
        story = session.scalars(select(Story)).one()
        assert (story.title, story.title_is_ours, story.slug) == ("Given", False, "given")


def test_an_undated_story_is_sorted_by_when_it_came(archive: Engine) -> None:
    later = NOW + timedelta(days=1)
    old = store_raw(archive, make_raw("Dated.", published_at=datetime(2026, 1, 1, tzinfo=UTC)), now=later)
    new = store_raw(archive, make_raw("Undated."), now=NOW)
    with Session(archive) as session:
        cards = list_stories(session, Selection(), after=None, size=10).items
    assert [(card.id, card.published_at is None) for card in cards] == [(new.story_id, True), (old.story_id, False)]


def test_deleting_leaves_nothing_behind(archive: Engine) -> None:
    story_id = store_story(archive, make_raw(url=URL, outlet="Courier"))
    store_raw(archive, make_raw(TEXT + " More.", url=URL))
    with write_session(archive) as session:
        assert delete_stories(session, [story_id, 999], now=NOW) == 1
    with Session(archive) as session:
        assert get_story(session, story_id) is None
        assert list_stories(session, Selection((("q", "catch"),)), after=None, size=10).items == []
        assert whole.counts(session)["stories"] == 0
        assert whole.wrong_counts(session) == {}


def test_the_number_of_a_deleted_story_is_not_given_again(archive: Engine) -> None:
    story_id = store_story(archive)
    with write_session(archive) as session:
        delete_stories(session, [story_id], now=NOW)
    assert store_story(archive) > story_id


@pytest.mark.parametrize(
    ("text", "title", "lead"),
    [
        ("Title\n\nFirst words.", "Title", "First words."),
        ("Title.\nFirst words.", "Title", "First words."),
        ("First words.", "Else", "First words."),
        ("Title", "Title", "Title"),
        ("a " * 400, "x", ("a " * 140).strip() + " …"),
    ],
)
def test_the_lead_is_what_follows_the_title(text: str, title: str, lead: str) -> None:
    assert lead_of(text, title) == lead
