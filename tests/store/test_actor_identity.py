from collections.abc import Sequence
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy import text as sql
from sqlmodel import Session, SQLModel, col

from alembic import command
from app.spans import Annotations
from app.store import archive as whole
from app.store.actor_keys import name_key
from app.store.actors import get_actor
from app.store.annotations import save
from app.store.db import _alembic_config as alembic_config
from app.store.db import make_engine, write_session
from app.store.models import Actor, Alias, FacetCount, Story, StoryActor
from app.store.soundness import problems
from app.store.stories import add_all, delete_stories
from app.store.waiting import pending
from tests.factories import NOW, Said, annotate_stored, make_annotations, make_raw, store_story

NUMBERS = count()


def tell(engine: Engine, text: str, **parts: Any) -> int:
    """Store a story of these words; "Story 3." before them keeps it apart from the others."""
    text = f"Story {next(NUMBERS)}. {text}"
    return store_story(engine, make_raw(text), make_annotations(text, **parts))


def actor_of(engine: Engine, story_id: int, name: str) -> int:
    """The archive's actor whom the story names so."""
    with Session(engine) as session:
        rows = session.execute(
            select(col(StoryActor.actor_id)).where(col(StoryActor.story_id) == story_id, col(StoryActor.name) == name)
        )
        return int(rows.scalar_one())


def shown(engine: Engine) -> list[str]:
    """The display names of all actors that are in a story."""
    with Session(engine) as session:
        assert whole.wrong_counts(session) == {}
        names = select(col(Actor.name)).where(col(Actor.id).in_(select(col(StoryActor.actor_id))))
        return sorted(session.scalars(names))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Ada B. Okafor", "Ada Okafor"], ["Ada B. Okafor"]),
        (["Ada B. Okafor", "Ada Okafor", "Ada Okafor"], ["Ada Okafor"]),
        (["Sam Whitlock", "Sam Whitlock Jr."], ["Sam Whitlock", "Sam Whitlock Jr."]),
        (["Ada B. Okafor", "Ada C. Okafor"], ["Ada B. Okafor", "Ada C. Okafor"]),
    ],
)
def test_middle_names_may_be_left_out_and_the_most_frequent_form_is_shown(
    archive: Engine, names: Sequence[str], expected: Sequence[str]
) -> None:
    for name in names:
        tell(archive, f"{name} spoke.", people=[name])
    assert shown(archive) == expected


def test_a_name_that_fits_two_is_an_actor_of_its_own(archive: Engine) -> None:
    for name in ("Ada B. Okafor", "Ada C. Okafor", "Ada Okafor"):
        tell(archive, f"{name} spoke.", people=[name])
    assert shown(archive) == ["Ada B. Okafor", "Ada C. Okafor", "Ada Okafor"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["U.N.", "United Nations", "UN"], ["United Nations"]),
        (["The Tidewater Board", "Tidewater Board", "Tidewater Board"], ["Tidewater Board"]),
        (["Marlin Inc.", "Marlin"], ["Marlin Inc."]),
    ],
)
def test_an_organisations_names_are_one_actor(archive: Engine, names: Sequence[str], expected: Sequence[str]) -> None:
    for name in names:
        tell(archive, f"{name} met.", organisations=[name])
    assert shown(archive) == expected


def test_a_short_word_for_an_organisation_does_not_stand_for_it_elsewhere(archive: Engine) -> None:
    text = "The Tidewater Board met. The Board agreed."
    found = make_annotations(text, organisations=["Tidewater Board"])
    short = make_annotations(text, organisations=["Board"]).mentions[-1]
    mentions = (*found.mentions, short)
    store_story(archive, make_raw(text), Annotations("annotated", actors=found.actors, mentions=mentions))
    tell(archive, "Board voted.", organisations=["Board"])
    assert shown(archive) == ["Board", "Tidewater Board"]


def tell_by_two_names(engine: Engine, text: str, kind: str, full: str, other: str) -> int:
    """A story that calls one actor, of the kind "people" or "organisations", by two names."""
    text = f"Story {next(NUMBERS)}. {text}"
    found = make_annotations(text, **{kind: [full]})  # type: ignore[arg-type]  # the kinds are its keywords
    besides = make_annotations(text, **{kind: [other]}).mentions  # type: ignore[arg-type]
    both = Annotations("annotated", actors=found.actors, mentions=(*found.mentions, *besides))
    return store_story(engine, make_raw(text), both)


BOTH_NAMES = ("The Zonal Anglers Council (ZAC) met.", "organisations", "Zonal Anglers Council", "ZAC")
BOTH_FIRST_NAMES = ("William Marlow sang. Bill Marlow bowed.", "people", "William Marlow", "Bill Marlow")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_story_with_name_and_acronym_teaches_that_they_are_one(archive: Engine, order: tuple[int, int]) -> None:
    for step in order:
        if step:
            tell_by_two_names(archive, *BOTH_NAMES)
        else:
            tell(archive, "ZAC met again.", organisations=["ZAC"])
    assert shown(archive) == ["Zonal Anglers Council"]


Tale = tuple[str, dict[str, Any]]

FULL: Tale = ("Marta Sousa met Erik Dahl.", {"people": ["Marta Sousa", "Erik Dahl"]})
BESIDE: Tale = ("Sousa wrote to Erik Dahl.", {"people": ["Sousa", "Erik Dahl"]})
STRANGE: Tale = ("Sousa won the race.", {"people": ["Sousa"]})


@pytest.mark.parametrize("stories", list(permutations([FULL, BESIDE])))
def test_a_surname_joins_its_bearer_when_the_others_of_the_story_support_it(
    archive: Engine, stories: Sequence[Tale]
) -> None:
    for text, parts in stories:
        tell(archive, text, **parts)
    assert shown(archive) == ["Erik Dahl", "Marta Sousa"]


@pytest.mark.parametrize("stories", list(permutations([FULL, STRANGE])))
def test_a_surname_that_nothing_supports_stays_apart(archive: Engine, stories: Sequence[Tale]) -> None:
    for text, parts in stories:
        tell(archive, text, **parts)
    assert shown(archive) == ["Erik Dahl", "Marta Sousa", "Sousa"]


@pytest.mark.parametrize(
    ("full", "alone", "joins"),
    [
        ("Portugal's fisheries minister", "minister", True),
        ("fisheries minister", "former minister of fisheries", True),
        ("fisheries minister", "goalkeeper", False),
    ],
)
def test_a_surname_joins_its_bearer_when_the_roles_say_the_same(
    archive: Engine, full: str, alone: str, *, joins: bool
) -> None:
    tell(archive, "Marta Sousa spoke.", people=["Marta Sousa"], roles={"Marta Sousa": [full]})
    tell(archive, "Sousa spoke.", people=["Sousa"], roles={"Sousa": [alone]})
    assert shown(archive) == (["Marta Sousa"] if joins else ["Marta Sousa", "Sousa"])


WILLIAM: Tale = ("William Marlow met Erik Dahl.", {"people": ["William Marlow", "Erik Dahl"]})
BILL: Tale = ("Bill Marlow wrote to Erik Dahl.", {"people": ["Bill Marlow", "Erik Dahl"]})
SINGER: Tale = ("Bill Marlow sang.", {"people": ["Bill Marlow"]})
BROTHERS: Tale = ("Bill Marlow and William Marlow sang.", {"people": ["Bill Marlow", "William Marlow"]})


@pytest.mark.parametrize(
    ("stories", "expected"),
    [
        ([WILLIAM, BILL], ["Erik Dahl", "William Marlow"]),
        ([SINGER, BILL, WILLIAM], ["Bill Marlow", "Erik Dahl"]),
        ([WILLIAM, SINGER], ["Bill Marlow", "Erik Dahl", "William Marlow"]),
        ([BROTHERS, BILL, WILLIAM], ["Bill Marlow", "Erik Dahl", "William Marlow"]),
    ],
)
def test_a_nickname_joins_the_full_first_name_where_a_story_supports_it(
    archive: Engine, stories: Sequence[Tale], expected: Sequence[str]
) -> None:
    for text, parts in stories:
        tell(archive, text, **parts)
    assert shown(archive) == expected


@pytest.mark.parametrize("stories", list(permutations([WILLIAM, BILL, SINGER])))
def test_who_a_nickname_joins_does_not_depend_on_the_order(archive: Engine, stories: Sequence[Tale]) -> None:
    for text, parts in stories:
        tell(archive, text, **parts)
    assert len(shown(archive)) == 2


@pytest.mark.parametrize(("full", "short"), [("Kim Su-bin", "Kim"), ("Xu Lanfen", "Xu")])
def test_a_family_name_that_comes_first_joins_its_bearer(archive: Engine, full: str, short: str) -> None:
    role = {full: ["envoy"], short: ["envoy"]}
    tell(archive, f"{full} spoke.", people=[full], roles=role)
    tell(archive, f"{short} left.", people=[short], roles=role)
    assert shown(archive) == [full]


def test_a_surname_of_two_bearers_stays_apart_unless_one_is_by_far_the_more_frequent(archive: Engine) -> None:
    tell(archive, FULL[0], **FULL[1])
    tell(archive, "Rui Sousa met Erik Dahl.", people=["Rui Sousa", "Erik Dahl"])
    first = tell(archive, BESIDE[0], **BESIDE[1])
    assert "Sousa" in shown(archive)
    for _ in range(10):
        tell(archive, FULL[0], **FULL[1])
    assert shown(archive) == ["Erik Dahl", "Marta Sousa", "Rui Sousa"]
    assert actor_of(archive, first, "Sousa") == actor_of(archive, 1, "Marta Sousa")


OTHER: Tale = ("Rui Sousa painted.", {"people": ["Rui Sousa"], "roles": {"Rui Sousa": ["painter"]}})
MINISTER: Tale = ("Marta Sousa met Erik Dahl.", {"people": ["Marta Sousa"], "roles": {"Marta Sousa": ["minister"]}})
ALONE: Tale = ("Sousa spoke.", {"people": ["Sousa"], "roles": {"Sousa": ["former minister"]}})


@pytest.mark.parametrize("stories", list(permutations([OTHER, MINISTER, ALONE])))
def test_a_surname_of_two_bearers_joins_the_one_whom_alone_the_story_supports(
    archive: Engine, stories: Sequence[Tale]
) -> None:
    for text, parts in stories:
        tell(archive, text, **parts)
    assert shown(archive) == ["Marta Sousa", "Rui Sousa"]


@pytest.mark.parametrize("both_first", [True, False])
def test_a_story_that_calls_somebody_by_two_names_joins_the_stories_with_either(
    archive: Engine, *, both_first: bool
) -> None:
    if both_first:
        tell_by_two_names(archive, *BOTH_FIRST_NAMES)
    tell(archive, *SINGER[:1], **SINGER[1])
    if not both_first:
        tell_by_two_names(archive, *BOTH_FIRST_NAMES)
    assert len(shown(archive)) == 1


def test_who_is_mostly_called_by_one_name_does_not_join_a_relative(archive: Engine) -> None:
    for _ in range(3):
        tell(archive, "Aziza met Erik Dahl.", people=["Aziza", "Erik Dahl"])
    tell(archive, "Omar Aziza met Erik Dahl.", people=["Omar Aziza", "Erik Dahl"])
    assert shown(archive) == ["Aziza", "Erik Dahl", "Omar Aziza"]


def test_the_address_of_a_joined_actor_leads_on_with_all_it_had(archive: Engine) -> None:
    text = "Sousa wrote to Erik Dahl. “We wait,” Sousa said."
    said = [Said("We wait,", "Sousa", speaker="Sousa")]
    early = store_story(archive, make_raw(text), make_annotations(text, people=["Sousa", "Erik Dahl"], said=said))
    old = actor_of(archive, early, "Sousa")
    later = tell(archive, FULL[0], **FULL[1])
    with Session(archive) as session:
        page = get_actor(session, old, size=10)
        assert page is not None
        assert (page.actor.id, page.actor.name) == (actor_of(archive, later, "Marta Sousa"), "Marta Sousa")
        assert (page.stories, page.quotes, len(page.said.items), page.aliases) == (2, 1, 1, ["Sousa"])
        assert whole.wrong_counts(session) == {}


def test_a_joined_surname_may_still_be_somebody_elses(archive: Engine) -> None:
    tell(archive, BESIDE[0], **BESIDE[1])
    tell(archive, FULL[0], **FULL[1])
    tell(archive, STRANGE[0], **STRANGE[1])
    assert shown(archive) == ["Erik Dahl", "Marta Sousa", "Sousa"]


def test_annotating_anew_joins_what_was_kept_apart_and_the_address_leads_on(archive: Engine) -> None:
    early = tell(archive, STRANGE[0], **STRANGE[1])
    old = actor_of(archive, early, "Sousa")
    role = {"Marta Sousa": ["runner"], "Sousa": ["runner"]}
    tell(archive, "Marta Sousa ran.", people=["Marta Sousa"], roles=role)
    with Session(archive) as session:
        page = get_actor(session, old, size=10)
        assert page is not None
        assert page.actor.name == "Sousa"
    text = "Story x. Sousa won the race."
    annotate_stored(archive, early, make_annotations(text, people=["Sousa"], roles=role), version="newer")
    assert shown(archive) == ["Marta Sousa"]
    with Session(archive) as session:
        page = get_actor(session, old, size=10)
        assert page is not None
        assert (page.actor.name, page.stories) == ("Marta Sousa", 2)


def test_two_actors_of_one_person_that_an_earlier_version_made_become_one(archive: Engine) -> None:
    first = tell(archive, "Ada Okafor spoke.", people=["Ada Okafor"])
    with write_session(archive) as session:
        other = Actor(slug="x", kind="person", name="Ada B. Okafor", name_key=name_key("Ada B. Okafor"))
        session.add(other)
        session.flush()
        alias = Alias(actor_id=other.id, name=other.name, name_key=other.name_key, identity_key="ada okafor")
        session.add(alias)
        double = other.id
    second = tell(archive, "Ada B. Okafor spoke.", people=["Ada B. Okafor"])
    assert actor_of(archive, first, "Ada Okafor") == actor_of(archive, second, "Ada B. Okafor") != double
    assert shown(archive) == ["Ada B. Okafor"]


TALES: list[Tale] = [
    FULL,
    FULL,
    BESIDE,
    STRANGE,
    ("Rui Sousa slept.", {"people": ["Rui Sousa"]}),
    ("Marta B. Sousa rose.", {"people": ["Marta B. Sousa"]}),
    ("Marta Sousa met Sousa and ZAC.", {"people": ["Marta Sousa", "Sousa"], "organisations": ["ZAC"]}),
    ("ZAC and the Zonal Anglers Council met Dahl.", {"people": ["Dahl"], "organisations": ["ZAC"]}),
]


def empty(engine: Engine) -> None:
    """Remove all stories and actors."""
    with write_session(engine) as session:
        delete_stories(session, list(session.scalars(select(col(Story.id)))), now=NOW)
        # Merged actors point to others, so they go first.
        session.execute(delete(Alias))
        session.execute(delete(Actor).where(col(Actor.merged_into_id).is_not(None)))
        session.execute(delete(Actor))
        session.execute(delete(FacetCount))


def who_is_who(engine: Engine, sizes: Sequence[int], stories: Sequence[tuple[str, Annotations]]) -> Sequence[Any]:
    """Store stories, save their annotations in batches of these sizes; returns who is in each, with what the archive
    knows him by."""
    empty(engine)
    with write_session(engine) as session:
        added = add_all(session, [make_raw(text) for text, _ in stories], now=NOW)
    done = list(zip((each.story_id for each in added), (found for _, found in stories), strict=True))
    for size in sizes:
        with write_session(engine) as session:
            batch, done = dict(done[:size]), done[size:]
            waiting = pending(session, "none of these", among=list(batch))
            assert all(save(session, [(story, batch[story.id]) for story in waiting], "v", now=NOW))
    with write_session(engine) as session:
        assert problems(session) == []
        first = added[0].story_id
        named = select(
            col(StoryActor.story_id) - first,
            *(col(StoryActor.name), col(StoryActor.mentions), col(Actor.name), col(Alias.name), col(Alias.short_key)),
        )
        rows = session.execute(
            named.join(Actor, col(Actor.id) == col(StoryActor.actor_id)).join(
                Alias, col(Alias.actor_id) == col(Actor.id)
            )
        )
        return sorted(rows, key=str)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_who_is_who_does_not_depend_on_which_stories_are_saved_together(archive: Engine, data: st.DataObject) -> None:
    tales = data.draw(st.lists(st.sampled_from([*TALES, WILLIAM, BILL, BROTHERS]), min_size=2, max_size=10))
    cut = data.draw(st.integers(0, len(tales)))
    texts = [f"Story {number}. {text}" for number, (text, _) in enumerate(tales)]
    stories = [(text, make_annotations(text, **parts)) for text, (_, parts) in zip(texts, tales, strict=True)]
    one_by_one = who_is_who(archive, [1] * len(stories), stories)
    assert who_is_who(archive, [cut, len(stories) - cut], stories) == one_by_one


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(TALES))), gone=st.integers(0, len(TALES) - 1))
def test_in_any_order_counts_stay_exact_and_who_is_who_the_same(archive: Engine, order: list[int], gone: int) -> None:
    empty(archive)
    told = {}
    for number in order:
        text, parts = TALES[number]
        told[number] = tell(archive, text, **parts)
    names = shown(archive)
    assert {"Marta Sousa", "Rui Sousa", "Erik Dahl", "ZAC"} <= set(names)
    assert actor_of(archive, told[0], "Marta Sousa") == actor_of(archive, told[1], "Marta Sousa")
    assert actor_of(archive, told[5], "Marta B. Sousa") == actor_of(archive, told[0], "Marta Sousa")
    with write_session(archive) as session:
        delete_stories(session, [told[gone]], now=NOW)
        assert whole.wrong_counts(session) == {}


def test_every_table_with_an_actor_is_moved() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "actor.id"
    }
    assert named == {
        "actor.merged_into_id",
        "alias.actor_id",
        "mention.actor_id",
        "quote.speaker_id",
        "source.actor_id",
        "story_actor.actor_id",
        "story_speaker.actor_id",
    }


def test_an_archive_of_the_first_tables_learns_the_keys_of_its_names(tmp_path: Path) -> None:
    config = alembic_config()
    config.attributes["url"] = f"sqlite:///{tmp_path / 'old.db'}"
    command.upgrade(config, "0001")
    engine = make_engine(config.attributes["url"])
    with write_session(engine) as session:
        session.execute(sql("INSERT INTO actor (id, slug, kind, name, name_key) VALUES (1, 'x', 'person', '', 'x')"))
        session.execute(sql("INSERT INTO alias (actor_id, name, name_key) VALUES (1, 'A. C. B', 'x'), (1, 'B', 'x')"))
    command.upgrade(config, "head")
    with Session(engine) as session:
        keys = session.execute(select(col(Alias.name), col(Alias.identity_key), col(Alias.short_key)))
        assert sorted(tuple(row) for row in keys) == [("A. C. B", "a b", "b"), ("B", None, None)]
        assert whole.wrong_counts(session) == {}
    command.downgrade(config, "0001")
    engine.dispose()
