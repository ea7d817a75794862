from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from app.store.browse import list_stories
from app.store.filters import FILTERS, BadFilterError, Selection, parse_selection
from tests.factories import make_annotations, make_raw, store_story

# (text, people, {words: country}, outlet, day)
STORIES: tuple[tuple[str, list[str], dict[str, str], str, int], ...] = (
    ("Ana met Ben in Paris.", ["Ana", "Ben"], {"Paris": "FR"}, "Courier", 1),
    ("Ana met Cy in Rome.", ["Ana", "Cy"], {"Rome": "IT"}, "Wire", 2),
    ("Ben flew from Paris to Rome.", ["Ben"], {"Paris": "FR", "Rome": "IT"}, "Wire", 3),
    ("Cy stayed.", ["Cy"], {}, "Courier", 4),
)
ANA, BEN, CY = "1", "2", "3"


@pytest.fixture
def four_stories(archive: Engine) -> Engine:
    """Stories 1 to 4, the newest last."""
    for text, people, countries, outlet, day in STORIES:
        raw = make_raw(text, outlet=outlet, published_at=datetime(2026, 1, day, tzinfo=UTC))
        store_story(archive, raw, make_annotations(text, people=people, countries=countries))
    return archive


def found(engine: Engine, query: dict[str, list[str]]) -> list[int]:
    pairs = [(param, value) for param, values in query.items() for value in values]
    with Session(engine) as session:
        return [card.id for card in list_stories(session, parse_selection(pairs), after=None, size=10).items]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [4, 3, 2, 1]),
        ({"person": [ANA]}, [2, 1]),
        ({"person": [ANA, CY]}, [4, 2, 1]),
        ({"person": [ANA], "country": ["FR"]}, [1]),
        ({"person": [ANA, BEN], "country": ["FR", "IT"]}, [3, 2, 1]),
        ({"person": [ANA], "outlet": ["wire"]}, [2]),
        ({"outlet": ["wire", "courier"], "country": ["it"]}, [3, 2]),
        ({"from": ["2026-01-02"]}, [4, 3, 2]),
        ({"from": ["2026-01-02"], "to": ["2026-01-03"]}, [3, 2]),
        ({"to": ["2026-01-01"], "person": [BEN]}, [1]),
        ({"q": ["paris"]}, [3, 1]),
        ({"q": ["paris -rome"]}, [1]),
        ({"q": ["paris"], "person": [ANA]}, [1]),
        ({"q": ["!!!"]}, []),
        ({"person": ["999"]}, []),
        ({"outlet": ["none"]}, []),
        ({"focus": ["FR"]}, []),
        ({"speaker": [ANA]}, []),
        ({"not": ["person:1"]}, [4, 3]),
        ({"not": ["person:1", "person:2"]}, [4]),
        ({"not": ["person:1", "country:fr"]}, [4]),
        ({"person": [ANA], "not": ["outlet:wire"]}, [1]),
        ({"person": [ANA], "not": ["person:1"]}, []),
        ({"not": ["form:document"]}, [4, 3, 2, 1]),
        ({"unknown": ["x"], "person": [""]}, [4, 3, 2, 1]),
    ],
)
def test_one_field_twice_means_or_and_two_fields_mean_and(
    four_stories: Engine, query: dict[str, list[str]], ids: list[int]
) -> None:
    assert found(four_stories, query) == ids


def test_speaking_and_focus_are_filters_of_their_own(archive: Engine) -> None:
    store_story(archive)
    assert found(archive, {"focus": ["PT"]}) == [1]
    assert found(archive, {"country": ["NO"]}) == [1]
    assert found(archive, {"focus": ["NO"]}) == []
    assert found(archive, {"speaker": ["1"]}) == [1]


def test_an_undated_story_is_in_no_span_of_dates(archive: Engine) -> None:
    store_story(archive)
    assert found(archive, {"from": ["2000-01-01"], "to": ["2100-01-01"]}) == []


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("person", "abc"),
        ("person", "-1"),
        ("person", "1" * 30),
        ("person", "١"),
        ("country", "France"),
        ("focus", "ZZ"),
        ("from", "yesterday"),
        ("to", "9999-12-31"),
        ("outlet", "a" * 101),
        ("q", "x" * 501),
        ("kind", "loud"),
        ("form", "rumour"),
        ("not", "person"),
        ("not", "person:abc"),
        ("not", "q:word"),
        ("not", "not:person:1"),
    ],
)
def test_a_value_that_cannot_be_read_says_what_the_filter_takes(param: str, value: str) -> None:
    with pytest.raises(BadFilterError) as raised:
        parse_selection([(param, value)])
    assert raised.value.param == param
    assert raised.value.help.startswith("it takes")


def test_too_many_values_are_refused() -> None:
    with pytest.raises(BadFilterError):
        parse_selection([("person", str(number)) for number in range(30)])
    with pytest.raises(BadFilterError):
        parse_selection([("q", "one"), ("q", "two")])


def test_an_address_has_one_form_whatever_the_order() -> None:
    one = parse_selection([("country", "fr"), ("person", "12"), ("person", "9"), ("person", "12")])
    other = parse_selection([("person", "9"), ("country", "FR"), ("person", "012")])
    assert one == other
    assert one.query() == "person=9&person=12&country=FR"


def test_a_filter_can_be_added_and_removed() -> None:
    selection = parse_selection([("person", "9"), ("from", "2026-01-01")])
    assert selection.adding("person", "2").query() == "person=2&person=9&from=2026-01-01"
    assert selection.adding("from", "2025-01-01").values("from") == ("2025-01-01",)
    assert selection.without("person").query(next="x") == "from=2026-01-01&next=x"
    assert not selection.without("person", "9").without("from")


def test_a_value_is_chosen_or_left_out_but_not_both() -> None:
    selection = parse_selection([("person", "9"), ("country", "FR")])
    without = selection.excluding("person", "9")
    assert without.query() == "country=FR&not=person:9"
    assert without.adding("person", "9") == selection
    assert without.without("not", "person:9").query() == "country=FR"


def test_the_form_of_a_storys_sources_is_a_filter(archive: Engine) -> None:
    store_story(archive)
    assert found(archive, {"form": ["unnamed group"]}) == [1]
    assert found(archive, {"form": ["document"]}) == []
    assert found(archive, {"not": ["form:unnamed group"]}) == []


@given(st.lists(st.tuples(st.sampled_from([*FILTERS, "next", "x"]), st.text()), max_size=8))
def test_any_query_string_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        selection = parse_selection(pairs)
    except BadFilterError:
        return
    assert parse_selection(selection.pairs) == selection
    assert isinstance(selection, Selection)
