import random
from dataclasses import replace

import pytest
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text
from sqlmodel import Session, col

from alembic import command
from app.spans import ActorSpan, Annotations, MentionSpan
from app.store.actors import list_actors
from app.store.archive import wrong_counts
from app.store.db import _alembic_config as alembic_config
from app.store.db import make_engine, write_session
from app.store.keys import MAX_BYTES, index_key
from app.store.models import Actor, Alias, FacetCount, Outlet, Story, StoryActor
from app.store.stories import Added, url_key
from tests.databases import Databases
from tests.factories import make_annotations, make_raw, store_raw, store_story


def long_words(seed: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz0123456789", length: int = 5000) -> str:
    """Words that cannot be packed into fewer bytes."""
    return "".join(random.Random(seed).choices(alphabet, k=length))


REPEATED = st.builds(lambda words, n: words * n, st.text(min_size=1, max_size=40), st.integers(1, 99))


@given(st.text(max_size=20) | REPEATED)
def test_a_key_fits_an_index_and_is_its_own_key(words: str) -> None:
    key = index_key(words)
    assert len(key.encode()) <= MAX_BYTES
    assert index_key(key) == key
    assert key == words or len(words.encode()) > MAX_BYTES


def test_long_words_that_differ_at_their_end_have_different_keys() -> None:
    assert index_key("a" * 5000) != index_key("a" * 4999 + "b")


@pytest.mark.parametrize("alphabet", ["abcdefghijklmnopqrstuvwxyz", "áéíóúàèìòù", "ﷺﷻ漢字かな", "😀😁😂🤣"])
def test_a_story_with_the_longest_names_addresses_and_ids_is_stored_and_known_again(
    archive: Engine, alphabet: str
) -> None:
    raw = make_raw(
        "Short.",
        url=f"https://news.example/{long_words(1, alphabet)}",
        outlet=long_words(2, alphabet),
        external_id=long_words(3, alphabet),
    )
    for other in (raw, replace(raw, url=f"{raw.url}2", outlet=f"{raw.outlet}2", external_id=f"{raw.external_id}2")):
        story_id = store_raw(archive, other).story_id
        assert store_raw(archive, other) == Added("duplicate", story_id)
        with Session(archive) as session:
            story = session.get_one(Story, story_id)
        assert story.url == other.url
        assert story.extra["id"] == other.external_id
    with Session(archive) as session:
        assert len(session.scalars(select(col(Story.id))).all()) == 2


@pytest.mark.parametrize("alphabet", ["abcdefghijklmnopqrstuvwxyz", "ﷺﷻ漢字かな", "Ἀέρᾄ"])
@pytest.mark.parametrize("kind", ["person", "organisation", "group"])
def test_actors_of_any_length_of_name_are_stored_told_apart_and_counted(
    archive: Engine, alphabet: str, kind: str
) -> None:
    one, other = (f"Ada {long_words(seed, alphabet)} {long_words(seed + 1, alphabet)}" for seed in (1, 5))
    words = f"{one} met {other}."
    found = make_annotations(words, **{"people" if kind == "person" else f"{kind}s": [one, other]})  # type: ignore[arg-type]
    ids = [store_story(archive, make_raw(f"{words} {n}"), found) for n in range(2)]
    with Session(archive) as session:
        assert len(session.scalars(select(col(Actor.id))).all()) == 2
        assert session.scalars(select(col(StoryActor.story_id)).order_by(col(StoryActor.story_id))).all() == sorted(
            ids * 2
        )
        assert max(len(name.encode()) for name in session.scalars(select(col(Alias.name)))) <= MAX_BYTES
        assert wrong_counts(session) == {}


def test_a_mention_of_any_length_is_stored(archive: Engine) -> None:
    words = f"Ada Okafor, {long_words(1)} said."
    found = Annotations(
        "annotated",
        language="en",
        actors=(ActorSpan("a1", "Ada Okafor", "person"),),
        mentions=(MentionSpan(0, len(words) - 1, "PERSON", "name", "a1", "test"),),
    )
    assert store_story(archive, make_raw(words), found)


def test_names_are_sorted_by_their_code_points_whatever_the_database_sorts_by(archive: Engine) -> None:
    people = ["Zoe Abel", "abe Zorn", "Ab-el Cole", "Ab el Dorn", "Ønsk Berg", "'Tom Dale"]
    words = ", ".join(people)
    store_story(archive, make_raw(words), make_annotations(words, people=people))
    shown: list[str] = []
    with Session(archive) as session:
        keys = list(session.scalars(select(col(Actor.name_key))))
        after = None
        while True:
            page = list_actors(session, "person", q=None, sort="name", after=after, size=2)
            shown += [card.actor.name for card in page.items]
            if (after := page.next) is None:
                break
        by_key = {row.name_key: row.name for row in session.execute(select(col(Actor.name_key), col(Actor.name)))}
    assert shown == [by_key[key] for key in sorted(keys)]
    assert len(shown) == len(people)


def config_of(url: str) -> Config:
    config = alembic_config()
    config.attributes["url"] = url
    return config


def test_an_older_archive_is_given_keys_that_fit(databases: Databases, empty_archive: str) -> None:
    url = databases.copy(empty_archive)
    engine = make_engine(url)
    store_story(engine, make_raw("Short.", url="https://news.example/1", external_id="x"))
    command.downgrade(config_of(url), "0004")
    name = long_words(1, length=2000)
    with write_session(engine) as session:
        session.execute(insert(Outlet).values(id=1, slug="a", name=name))
        session.execute(insert(Actor).values(id=1, slug="a", kind="person", name=name, name_key=name))
        session.execute(insert(Alias).values(actor_id=1, name=name, name_key=name, identity_key=name, short_key=None))
        session.execute(text("UPDATE story SET url_key = :key"), {"key": f"https://news.example/{name}"})
        link = "INSERT INTO story_actor (actor_id, sorted_at, story_id, name, mentions, quotes, first_char, roles)"
        session.execute(text(f"{link} SELECT 1, sorted_at, id, :name, 1, 0, 0, '[]' FROM story"), {"name": name})
        for facet, value in (("person", "1"), ("named", f"1 {name}")):
            session.execute(insert(FacetCount).values(facet=facet, value=value, count=1))
    command.upgrade(config_of(url), "head")
    with Session(engine) as session:
        assert session.scalars(select(col(Alias.name))).all() == [index_key(name)]
        assert session.scalars(select(col(Outlet.name))).all() == [index_key(name)]
        assert session.scalars(select(col(Story.url_key))).all() == [url_key(f"https://news.example/{name}")]
        assert wrong_counts(session) == {}
    engine.dispose()
