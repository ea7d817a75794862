from dataclasses import replace

from sqlalchemy import Engine
from sqlmodel import Session

from app.store.evidence import MAX_PLACES
from app.store.places import Relation, get_country
from tests.factories import TEXT, lisbon_annotations, make_annotations, make_raw, store_story


def evidence(archive: Engine, code: str, relation: Relation) -> dict[int, list[tuple[str, int]]]:
    with Session(archive) as session:
        page = get_country(session, code, relation=relation, after=None, size=10)
    assert page is not None
    assert page.evidence.keys() <= {card.id for card in page.in_stories.items}
    return {story_id: list(words) for story_id, words in page.evidence.items()}


def test_a_country_shows_by_which_words_each_story_names_it(archive: Engine) -> None:
    store_story(archive)
    named = {1: [("Lisbon", 2), ("Portugal", 1)]}
    assert evidence(archive, "PT", "mentioned") == named
    assert evidence(archive, "PT", "focus") == named
    assert evidence(archive, "NO", "mentioned") == {1: [("Norway", 1)]}
    assert evidence(archive, "NO", "focus") == {}


def test_its_people_are_evidence_as_well(archive: Engine) -> None:
    text = "The Norwegians waited. Nobody\nasked the Norwegians."
    found = make_annotations(text, groups=["Norwegians"], of_country={"Norwegians": "NO"})
    store_story(archive, make_raw(text), replace(found, countries=("NO",)))
    assert evidence(archive, "NO", "mentioned") == {1: [("Norwegians", 2)]}


def test_who_speaks_for_it_is_the_evidence_of_speaking(archive: Engine) -> None:
    found = lisbon_annotations()
    sources = tuple(replace(source, country="PT") if "officials" in source.name else source for source in found.sources)
    store_story(archive, make_raw(TEXT), replace(found, sources=sources, speaking=("PT",)))
    assert evidence(archive, "PT", "speaking") == {1: [("harbour officials", 1)]}


def test_a_long_story_shows_its_first_places(archive: Engine) -> None:
    text = "Oslo 💧 " * (MAX_PLACES + 5) + "Bergen."
    store_story(archive, make_raw(text), make_annotations(text, countries={"Oslo": "NO", "Bergen": "NO"}))
    assert evidence(archive, "NO", "mentioned") == {1: [("Oslo", MAX_PLACES)]}
