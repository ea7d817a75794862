from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.spans import Annotations
from app.store import archive as whole
from app.store.actor_keys import name_key
from app.store.annotations import save
from app.store.counts import change
from app.store.db import write_session
from app.store.models import Actor, Alias, QuotePiece, StoryActor
from app.store.story_page import get_story
from app.store.waiting import PendingStory
from tests.factories import (
    NOW,
    TEXT,
    annotate_stored,
    lisbon_annotations,
    make_annotations,
    make_raw,
    store_raw,
    store_story,
)


def test_what_was_saved_is_what_the_page_gets(archive: Engine) -> None:
    story_id = store_story(archive)
    found = lisbon_annotations()
    with Session(archive) as session:
        page = get_story(session, story_id)
    assert page is not None
    assert [(q.kind, q.content, q.cue, q.source) for q in page.quotes] == [
        (q.kind, q.content, q.cue, q.source) for q in found.quotes
    ]
    assert [q.speaker.name if q.speaker else None for q in page.quotes] == ["Marta Sousa", "Erik Dahl", None]
    assert [(t.start, t.end, t.country) for t in page.toponyms] == sorted(
        (t.start, t.end, t.country) for t in found.toponyms
    )
    assert [(card.actor.name, card.speaks, card.words) for card in page.actors] == [
        ("Marta Sousa", 1, 5),
        ("Erik Dahl", 1, 3),
    ]
    assert (page.countries, page.focus) == (["PT", "NO"], ["PT"])
    assert [(s.name, s.quotes, s.unnamed) for s in page.sources] == [
        ("Marta Sousa", 1, False),
        ("Erik Dahl", 1, False),
        ("harbour officials", 1, True),
    ]


def test_annotating_twice_changes_nothing(archive: Engine) -> None:
    story_id = store_story(archive)
    with Session(archive) as session:
        before = get_story(session, story_id)
    annotate_stored(archive, story_id, lisbon_annotations(), version="newer")
    with Session(archive) as session:
        assert get_story(session, story_id) == before
        assert whole.wrong_counts(session) == {}


def test_annotations_of_a_text_that_has_changed_are_not_saved(archive: Engine) -> None:
    story_id = store_raw(archive, make_raw(url="https://courier.example/a")).story_id
    with write_session(archive) as session:
        changed = PendingStory(story_id, TEXT, "", text_hash="of another text")
        gone = PendingStory(999, TEXT, "", text_hash="any")
        done = [(changed, lisbon_annotations()), (gone, lisbon_annotations())]
        assert save(session, done, "v", now=NOW) == [False, False]
    with Session(archive) as session:
        page = get_story(session, story_id)
        assert page is not None
        assert (page.state, page.quotes) == ("pending", [])


def test_counts_follow_the_rows_as_stories_come_change_and_go(archive: Engine) -> None:
    first = store_story(archive, make_raw(outlet="Courier"))
    store_story(
        archive,
        make_raw("Marta Sousa spoke.", outlet="Courier"),
        make_annotations("Marta Sousa", people=["Marta Sousa"]),
    )
    annotate_stored(archive, first, make_annotations(TEXT, people=["Erik Dahl"], countries={"Norway": "NO"}))
    with Session(archive) as session:
        assert whole.wrong_counts(session) == {}
        assert whole.counts(session) == {
            "stories": 2, "quotes": 0, "people": 2, "organisations": 0, "groups": 0, "countries": 1, "outlets": 1,
        }  # fmt: skip


def test_a_wrong_count_is_found(archive: Engine) -> None:
    store_story(archive)
    with write_session(archive) as session:
        change(session, Counter({("country", "PT"): 4}))
    with Session(archive) as session:
        assert whole.wrong_counts(session) == {("country", "PT"): (5, 1)}


@pytest.mark.parametrize("state", ["too long", "unsupported language", "failed"])
def test_a_story_that_is_not_annotated_keeps_the_reason(archive: Engine, state: str) -> None:
    story_id = store_story(archive, make_raw("Un texte."), Annotations(state, "fr", "because"))  # type: ignore[arg-type]
    with Session(archive) as session:
        page = get_story(session, story_id)
    assert page is not None
    assert (page.state, page.state_reason, page.language) == (state, "because", "fr")


def test_the_same_full_name_in_two_stories_is_one_actor(archive: Engine) -> None:
    store_story(archive)
    other = "Marta SOUSA spoke."
    store_story(archive, make_raw(other), make_annotations(other, people=["Marta SOUSA"]))
    with Session(archive) as session:
        actors = session.scalars(select(Actor).where(col(Actor.name_key) == name_key("Marta Sousa"))).all()
        assert [actor.name for actor in actors] == ["Marta Sousa"]
        names = session.scalars(select(col(Alias.name)).where(col(Alias.actor_id) == actors[0].id)).all()
        assert sorted(names) == ["Marta SOUSA", "Marta Sousa"]


def test_a_person_and_a_body_of_one_name_stay_two(archive: Engine) -> None:
    store_story(archive, make_raw("Chase won."), make_annotations("Chase won.", people=["Chase"]))
    store_story(archive, make_raw("Chase lost."), make_annotations("Chase lost.", organisations=["Chase"]))
    with Session(archive) as session:
        assert [actor.kind for actor in session.scalars(select(Actor))] == ["person", "organisation"]


def test_two_actors_of_a_story_that_are_one_in_the_archive_share_a_row(archive: Engine) -> None:
    text = "Ana Ruiz met Ana Ruíz."
    store_story(archive, make_raw(text), make_annotations(text, people=["Ana Ruiz", "Ana Ruíz"]))
    with Session(archive) as session:
        assert [row.mentions for row in session.scalars(select(StoryActor))] == [2]


def test_a_split_quote_keeps_its_pieces(archive: Engine) -> None:
    found = lisbon_annotations()
    start, end = found.quotes[0].content[0]
    split = replace(found.quotes[0], content=((start, start + 2), (start + 8, end)))
    store_story(archive, make_raw(), replace(found, quotes=(split,)))
    with Session(archive) as session:
        pieces = session.scalars(select(QuotePiece).where(col(QuotePiece.part) == "content")).all()
        assert [(piece.start_char, piece.end_char) for piece in pieces] == list(split.content)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("U.N.", "UN", True),
        ("José Díaz", "Jose Diaz", True),
        ("O'Neill’s", "O'Neill", True),
        ("Ann  Lee", "ann lee", True),
        ("Trump", "Trump Jr.", False),
        ("李明", "李明", True),
        ("李明", "王芳", False),
    ],
)
def test_names_are_compared_without_dress(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same
