from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.config import get_settings
from app.store import actors, facets, matching, places, quotes, search, sources
from app.store.browse import list_stories
from app.store.cards import Facet, Timeline
from app.store.filters import Selection, parse_selection
from app.store.matching import newest_matches, newest_sample
from app.store.paging import BadCursorError
from app.store.story_page import get_story
from tests.factories import TEXT, Said, lisbon_annotations, make_annotations, make_raw, store_story

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def fill(engine: Engine, n: int, *, same_time: bool = False) -> None:
    for i in range(n):
        text = f"Ana spoke {i}. “Words number {i},” Ana said."
        raw = make_raw(text, published_at=DAY if same_time else DAY + timedelta(days=i))
        said = [Said(f"Words number {i},", "Ana", speaker="Ana")]
        store_story(engine, raw, make_annotations(text, people=["Ana"], countries={}, said=said))


@pytest.mark.parametrize("same_time", [False, True])
@pytest.mark.parametrize("query", ["", "person=1", "q=spoke"])
def test_pages_follow_each_other_without_gap_or_repeat(archive: Engine, same_time: bool, query: str) -> None:
    fill(archive, 7, same_time=same_time)
    selection = parse_selection([tuple(query.split("="))] if query else [])  # type: ignore[list-item]
    seen, after = [], None
    with Session(archive) as session:
        for _ in range(10):
            page = list_stories(session, selection, after=after, size=3)
            seen += [card.id for card in page.items]
            after = page.next
            if after is None:
                break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_page_stays_put_while_newer_stories_arrive(archive: Engine) -> None:
    fill(archive, 4)
    with Session(archive) as session:
        first = list_stories(session, Selection(), after=None, size=2)
    store_story(archive, make_raw("Newest.", published_at=DAY + timedelta(days=99)))
    with Session(archive) as session:
        second = list_stories(session, Selection(), after=first.next, size=2)
    assert [card.id for card in second.items] == [2, 1]


def test_a_search_that_is_cut_short_says_so_and_leads_on(archive: Engine) -> None:
    fill(archive, 6)
    store_story(archive, make_raw("Ben spoke.", published_at=DAY), make_annotations("Ben spoke.", people=["Ben"]))
    late = parse_selection([("from", "2026-01-01"), ("to", "2026-01-01"), ("q", "ben")])
    with Session(archive) as session:
        assert newest_matches(session, late, after=None, size=5, max_examined=100).ids == [7]
        everywhere = parse_selection([("person", "1"), ("q", "number AND 0")])
        seen: list[int] = []
        after = None
        for _ in range(5):
            found = newest_matches(session, everywhere, after=after, size=5, max_examined=2)
            seen += found.ids
            after = found.next
            if after is None:
                break
            assert found.examined == 2
    assert seen == [1]


ALL_SEVEN = [7, 6, 5, 4, 3, 2, 1]
SEARCHES = [
    ("spoke", ALL_SEVEN),
    ("-absent", ALL_SEVEN),
    ("spok*", ALL_SEVEN),
    ("-abs*", ALL_SEVEN),
    ('"ana spoke"', ALL_SEVEN),
    ('"spoke ana" OR "number 3" OR "ana spoke 5"', [6, 4]),
    ('"ana spoke" -"number 3"', [7, 6, 5, 3, 2, 1]),
    ('"ana ana" OR number-3', [4]),
    ('"words number 2*"', [3]),
    ("spoke ana -absent -number-4 words", [7, 6, 4, 3, 2, 1]),
    ('"spoke ana"', []),
]


@pytest.mark.parametrize("others", [[], [("person", "1")], [("to", "2026-02-01")]])
@pytest.mark.parametrize(("typed", "every"), SEARCHES)
@pytest.mark.parametrize("most", [3, 100])
def test_words_of_more_stories_than_are_looked_at_are_still_found_newest_first(
    archive: Engine, typed: str, every: list[int], others: list[tuple[str, str]], most: int
) -> None:
    query = [("q", typed), *others]
    fill(archive, 7)
    seen: list[int] = []
    after = None
    with Session(archive) as session:
        for _ in range(10):
            found = newest_matches(session, parse_selection(query), after=after, size=2, max_examined=most)
            seen += found.ids
            after = found.next
            if after is None:
                break
    assert seen == every


@pytest.fixture
def far_apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any stories are so far apart in the search index that each is looked up by itself."""
    monkeypatch.setattr(search, "NEAR", -1)
    matching._block.cache_clear()
    yield
    matching._block.cache_clear()


@pytest.mark.usefixtures("far_apart")
@pytest.mark.parametrize("others", [[], [("person", "1")]])
@pytest.mark.parametrize(("typed", "every"), SEARCHES)
def test_words_are_found_in_stories_far_apart(
    archive: Engine, typed: str, every: list[int], others: list[tuple[str, str]]
) -> None:
    fill(archive, 7)
    selection = parse_selection([("q", typed), *others])
    with Session(archive) as session:
        for most in (6, 1000):
            seen: list[int] = []
            after = None
            for _ in range(10):
                found = newest_matches(session, selection, after=after, size=3, max_examined=most)
                seen += found.ids
                after = found.next
                if after is None:
                    break
            assert seen == every


@pytest.mark.usefixtures("far_apart")
def test_words_are_looked_for_less_far_in_stories_far_apart(archive: Engine) -> None:
    fill(archive, 30)
    with Session(archive) as session:
        found = newest_matches(session, parse_selection([("q", "-spoke")]), after=None, size=2, max_examined=100)
    assert (found.ids, found.examined) == ([], 12)


@pytest.mark.parametrize("token", ["", "x", "%%%", "e30", "WzEsMl0", "A" * 2000, "WzFlOTk5LDFd", "é", "W251bGwsMV0"])
def test_an_absurd_token_is_refused(archive: Engine, token: str) -> None:
    fill(archive, 1)
    with Session(archive) as session:
        if token == "WzEsMl0":
            assert list_stories(session, Selection(), after=token, size=2).items == []
            return
        with pytest.raises(BadCursorError):
            list_stories(session, Selection(), after=token, size=2)
        with pytest.raises(BadCursorError):
            quotes.list_quotes(session, Selection(), after=token, size=2)


def test_totals_are_exact_where_they_can_be(archive: Engine) -> None:
    fill(archive, 5)
    with Session(archive) as session:
        for pairs in ([], [("person", "1")], [("q", "spoke")], [("person", "1"), ("q", "spoke")]):
            page = list_stories(session, parse_selection(pairs), after=None, size=2)
            assert (page.total, page.total_is_exact) == (5, True), pairs


def test_a_card_tells_who_speaks_and_where(archive: Engine) -> None:
    store_story(archive)
    with Session(archive) as session:
        card = list_stories(session, parse_selection([("q", "catch")]), after=None, size=2).items[0]
    assert [actor.name for actor in card.actors] == ["Marta Sousa", "Erik Dahl"]
    assert [actor.name for actor in card.speakers] == ["Marta Sousa", "Erik Dahl"]
    assert (list(card.countries), card.quote_count) == (["PT", "NO"], 3)
    assert [words for words, is_hit in card.snippet if is_hit] == ["catch"]


def test_a_card_names_countries_in_focus_before_others(archive: Engine) -> None:
    text = "Ana flew from Lisbon to Oslo, on from Oslo to Bergen, and home to Lisbon from Bergen."
    countries = {"Oslo": "NO", "Lisbon": "PT", "Bergen": "NO"}
    store_story(archive, make_raw(text), make_annotations(text, people=["Ana"], countries=countries, focus=["PT"]))
    with Session(archive) as session:
        card = list_stories(session, Selection(), after=None, size=2).items[0]
    assert list(card.countries) == ["PT", "NO"]


def test_a_story_knows_its_neighbours(archive: Engine) -> None:
    fill(archive, 3)
    with Session(archive) as session:
        page = get_story(session, 2)
    assert page is not None
    assert page.newer is not None
    assert page.older is not None
    assert (page.newer.id, page.older.id) == (3, 1)


def story_facets(session: Session, selection: Selection) -> Sequence[Facet]:
    return facets.beside_stories(session, selection, newest_sample(session, selection)).facets


def story_months(session: Session, selection: Selection) -> Timeline:
    return facets.beside_stories(session, selection, newest_sample(session, selection)).timeline


def test_facets_count_the_selection(archive: Engine) -> None:
    fill(archive, 3)
    store_story(archive)
    with Session(archive) as session:
        whole = {facet.param: {v.label: v.count for v in facet.values} for facet in story_facets(session, Selection())}
        some = {
            facet.param: [(v.label, v.count, v.chosen) for v in facet.values]
            for facet in story_facets(session, parse_selection([("country", "NO")]))
        }
    assert whole["person"] == {"Ana": 3, "Marta Sousa": 1, "Erik Dahl": 1}
    assert whole["country"] == {"Portugal": 1, "Norway": 1}
    assert some["country"] == [("Norway", 1, True), ("Portugal", 1, False)]
    assert some["person"] == [("Marta Sousa", 1, False), ("Erik Dahl", 1, False)] or len(some["person"]) == 2


@pytest.mark.parametrize(
    ("query", "param", "name", "expected"),
    [
        ({}, "person", None, [("Ana", 3), ("Marta Sousa", 1), ("Erik Dahl", 1)]),
        ({}, "person", "OUS", [("Marta Sousa", 1)]),
        ({}, "country", "port", [("Portugal", 1)]),
        ({}, "speaker", "an", [("Ana", 3)]),
        ({}, "outlet", "cour", [("The Courier", 1)]),
        ({}, "form", None, [("named person", 4), ("unnamed group", 1)]),
        ({"country": "NO"}, "person", None, [("Erik Dahl", 1), ("Marta Sousa", 1)]),
        ({"country": "NO"}, "person", "dahl", [("Erik Dahl", 1)]),
        ({"country": "NO"}, "country", "port", [("Portugal", 1)]),
        ({"country": "NO"}, "form", "unnamed", [("unnamed group", 1)]),
        ({"not": "country:NO"}, "person", None, [("Ana", 3)]),
        ({}, "person", "%", []),
    ],
)
def test_a_facet_can_be_searched(
    archive: Engine, query: dict[str, str], param: str, name: str | None, expected: list[tuple[str, int]]
) -> None:
    fill(archive, 3)
    store_story(archive, make_raw(outlet="The Courier"), lisbon_annotations())
    with Session(archive) as session:
        facet = facets.facet_values(session, parse_selection(query.items()), param, name=name)
    assert sorted((value.label, value.count) for value in facet.values) == sorted(expected)


def test_stories_are_counted_by_month(archive: Engine) -> None:
    fill(archive, 33)
    store_story(archive)
    with Session(archive) as session:
        whole = story_months(session, Selection())
        some = story_months(session, parse_selection([("to", "2026-01-02")]))
        none = story_months(session, parse_selection([("country", "NO")]))
    assert [(each.month, each.stories) for each in whole.months] == [("2026-01", 31), ("2026-02", 2)]
    assert [(each.month, each.stories) for each in some.months] == [("2026-01", 2)]
    assert (list(none.months), whole.over) == ([], None)


def test_a_speakers_own_quotes_can_be_left_out(archive: Engine) -> None:
    store_story(archive)
    expected = {"speaker:1": 2, "form:named person": 1, "country:NO": 0, "country:FR": 3}
    with Session(archive) as session:
        for value, n in expected.items():
            selection = parse_selection([("not", value)])
            assert len(quotes.list_quotes(session, selection, after=None, size=9).items) == n, value


def test_chips_name_what_is_filtered_by(archive: Engine) -> None:
    store_story(archive, make_raw(outlet="The Courier"), lisbon_annotations())
    pairs = [("person", "1"), ("country", "PT"), ("outlet", "the-courier"), ("person", "77"), ("q", "fish")]
    pairs.append(("not", "person:2"))
    with Session(archive) as session:
        chips = facets.chips(session, parse_selection(pairs))
    assert [chip.words for chip in chips] == ["fish", "Marta Sousa", "77", "Portugal", "The Courier", "Erik Dahl"]
    assert [chip.label for chip in chips][-2:] == ["Outlet", "Not person"]


def test_an_actors_page_tells_who_said_what(archive: Engine) -> None:
    store_story(archive, make_raw(published_at=datetime(2026, 6, 2, tzinfo=UTC)))
    with Session(archive) as session:
        page = actors.get_actor(session, 1, size=10)
    assert page is not None
    assert (page.actor.name, page.country, page.stories, page.quotes) == ("Marta Sousa", "PT", 1, 1)
    assert [role.role for role in page.roles] == ["Portugal's fisheries minister"]
    assert [quote.text for quote in page.said.items] == ["We will share the catch,"]
    assert [card.actor.name for card in page.beside] == ["Erik Dahl"]
    assert [month.month for month in page.months] == ["2026-06"]


def test_undated_stories_date_neither_roles_nor_months(archive: Engine) -> None:
    store_story(archive)
    with Session(archive) as session:
        page = actors.get_actor(session, 1, size=10)
        country = places.get_country(session, "PT", relation="mentioned", after=None, size=5)
    assert page is not None
    assert country is not None
    assert [(role.first_at, role.last_at) for role in page.roles] == [(None, None)]
    assert (page.months, country.months) == ([], [])


def test_what_is_said_about_an_actor_is_found(archive: Engine) -> None:
    text = "“Ben Lund should go,” Ana Ruiz said. “Ana Ruiz is wrong,” Ben Lund said."
    said = [
        Said("Ben Lund should go,", "Ana Ruiz", speaker="Ana Ruiz"),
        Said("Ana Ruiz is wrong,", "Ben Lund", speaker="Ben Lund"),
    ]
    store_story(archive, make_raw(text), make_annotations(text, people=["Ana Ruiz", "Ben Lund"], said=said))
    with Session(archive) as session:
        about = quotes.list_quotes(session, parse_selection([("about", "2")]), after=None, size=9).items
        both = quotes.list_quotes(session, parse_selection([("about", "2"), ("speaker", "2")]), after=None, size=9)
    assert [quote.text for quote in about] == ["Ben Lund should go,"]
    assert both.items == []


def test_quotes_are_found_by_their_words_kind_and_place(archive: Engine) -> None:
    store_story(archive)
    expected = {"q=share": 1, "q=lisbon": 0, "kind=indirect": 2, "country=PT": 3, "speaker=2": 1, "country=FR": 0}
    with Session(archive) as session:
        for query, n in expected.items():
            selection = parse_selection([tuple(query.split("="))])  # type: ignore[list-item]
            assert len(quotes.list_quotes(session, selection, after=None, size=9).items) == n, query


@pytest.mark.parametrize("sort", ["stories", "quotes", "name"])
def test_people_can_be_sorted_searched_and_paged(archive: Engine, sort: actors.Sort) -> None:
    fill(archive, 2)
    store_story(archive)
    with Session(archive) as session:
        first = actors.list_actors(session, "person", q=None, sort=sort, after=None, size=2)
        rest = actors.list_actors(session, "person", q=None, sort=sort, after=first.next, size=2)
        names = [card.actor.name for card in (*first.items, *rest.items)]
        assert sorted(names) == ["Ana", "Erik Dahl", "Marta Sousa"]
        assert names[0] == "Ana"
        assert rest.next is None
        hits = actors.list_actors(session, "person", q="SOUSA", sort=sort, after=None, size=2).items
        assert [card.actor.name for card in hits] == ["Marta Sousa"]
        assert actors.list_actors(session, "person", q="100%_", sort=sort, after=None, size=2).items == []


@pytest.mark.parametrize(
    ("wanted", "first", "every"),
    [
        ({}, ["Dora", "Cora"], ["Dora", "Cora", "Bela", "Beth", "Anna"]),
        ({"q": "an"}, [], ["Anna"]),
        ({"initial": "b"}, ["Bela"], ["Bela", "Beth"]),
        ({"q": "zz"}, [], []),
    ],
)
def test_people_are_looked_at_so_many_at_a_time_and_all_of_them_in_the_end(
    archive: Engine, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, str], first: list[str], every: list[str]
) -> None:
    settings = get_settings().model_copy(update={"max_examined": 3})
    monkeypatch.setattr(actors, "get_settings", lambda: settings)
    for people in (["Dora", "Cora", "Beth", "Bela", "Anna"], ["Dora", "Cora", "Bela"], ["Dora", "Cora"], ["Dora"]):
        text = f"{', '.join(people)} met."
        store_story(archive, make_raw(text), make_annotations(text, people=people))
    pages, after = [], None
    anybody: dict[str, Any] = {"q": None, "initial": None, "sort": "stories"}
    with Session(archive) as session:
        for _ in range(10):
            page = actors.list_actors(session, "person", **anybody | wanted, after=after, size=2)
            pages.append([card.actor.name for card in page.items])
            after = page.next
            if after is None:
                break
            assert page.examined in (None, 3)
    assert pages[0] == first
    assert sorted(name for names in pages for name in names) == sorted(every)


def test_countries_count_stories_by_relation(archive: Engine) -> None:
    store_story(archive)
    with Session(archive) as session:
        cards = {card.code: (card.mentioned, card.focus, card.speaking) for card in places.list_countries(session)}
        page = places.get_country(session, "PT", relation="focus", after=None, size=5)
        assert places.get_country(session, "ZZ", relation="focus", after=None, size=5) is None
    assert cards == {"PT": (1, 1, 0), "NO": (1, 0, 0)}
    assert page is not None
    assert [card.actor.name for card in page.people] == ["Marta Sousa"]
    assert len(page.in_stories.items) == 1


def test_sources_are_listed_by_form_and_name(archive: Engine) -> None:
    store_story(archive)
    with Session(archive) as session:
        known = sources.source_counts(session)
        unnamed = sources.list_sources(
            session, form=None, affiliation=None, unnamed=True, q=None, after=None, size=5
        ).items
        named = sources.list_sources(
            session, form="named person", affiliation=None, unnamed=None, q="dahl", after=None, size=5
        ).items
        reasons = {
            reasoned: sources.list_sources(
                session, form=None, affiliation=None, unnamed=None, q=None, after=None, size=5, reasoned=reasoned
            ).items
            for reasoned in (True, False)
        }
    assert [quote.text for quote in unnamed[0].resting] == ["Fishermen fear for their boats"]
    assert named[0].resting == ()
    assert (reasons[True], reasons[False]) == ([], unnamed)
    assert {value.value: value.count for value in known.form} == {"named person": 2, "unnamed group": 1}
    assert (known.unnamed, known.anonymous, known.without_reason) == (1, 0, 1)
    assert [source.name for source in unnamed] == ["harbour officials"]
    assert [source.name for source in named] == ["Erik Dahl"]


@pytest.mark.parametrize(
    ("wanted", "first", "every"),
    [
        ({}, [7, 6], [7, 6, 5, 4, 3, 2, 1]),
        ({"q": "2"}, [], [2]),
        ({"unnamed": True}, [6, 4], [6, 4, 2]),
        ({"unnamed": True, "q": "2"}, [2], [2]),
        ({"unnamed": False}, [7, 5], [7, 5, 3, 1]),
        ({"form": "named person", "affiliation": "government"}, [], []),
        ({"form": "unnamed group", "q": "2"}, [2], [2]),
        ({"form": "unnamed group", "unnamed": True}, [6, 4], [6, 4, 2]),
        ({"reasoned": False}, [6, 4], [6, 4, 2]),
        ({"reasoned": True}, [], []),
    ],
)
def test_sources_are_looked_at_so_many_at_a_time_and_all_of_them_in_the_end(
    archive: Engine, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any], first: list[int], every: list[int]
) -> None:
    settings = get_settings().model_copy(update={"max_examined": 4})
    monkeypatch.setattr(sources, "get_settings", lambda: settings)
    for i in range(1, 8):
        text = f"Ana spoke {i}. “So it is,” Ana said. Official {i} spoke."
        said, unnamed = ([Said("So it is,", "Ana", speaker="Ana")], []) if i % 2 else ([], [f"Official {i}"])
        annotations = make_annotations(text, people=["Ana"], said=said, unnamed=unnamed)
        store_story(archive, make_raw(text, published_at=DAY + timedelta(days=i)), annotations)
    anything: dict[str, Any] = {"form": None, "affiliation": None, "unnamed": None, "q": None}
    pages, after = [], None
    with Session(archive) as session:
        for _ in range(10):
            page = sources.list_sources(session, **anything | wanted, after=after, size=2)
            pages.append([source.story.id for source in page.items])
            assert page.examined in (None, 4)
            after = page.next
            if after is None:
                break
    assert pages[0] == first
    assert [story_id for listed in pages for story_id in listed] == every


def test_names_can_be_had_by_their_first_letter(archive: Engine) -> None:
    store_story(archive)
    with Session(archive) as session:
        for initial, names in {"M": ["Marta Sousa"], "e": ["Erik Dahl"], "X": []}.items():
            page = actors.list_actors(session, "person", q=None, sort="name", after=None, size=9, initial=initial)
            assert [card.actor.name for card in page.items] == names


def test_quotes_can_be_chosen_by_what_is_not_chosen_yet(archive: Engine) -> None:
    store_story(archive, make_raw(outlet="The Courier"), lisbon_annotations())
    with Session(archive) as session:
        choices = facets.quote_choices(session, parse_selection([("speaker", "1"), ("country", "NO")]))
    labels = {choice.param: [value.label for value in choice.values] for choice in choices}
    assert labels == {
        "speaker": ["Erik Dahl"],
        "about": ["Erik Dahl", "Marta Sousa"],
        "country": ["Portugal"],
        "outlet": ["The Courier"],
    }


def test_nobody_is_said_to_speak_about_themselves(archive: Engine) -> None:
    text = "“Ana Ruiz is right,” Ana Ruiz said. “Ana Ruiz is wrong,” a clerk said."
    said = [Said("Ana Ruiz is right,", "Ana Ruiz", speaker="Ana Ruiz"), Said("Ana Ruiz is wrong,", "a clerk")]
    store_story(archive, make_raw(text), make_annotations(text, people=["Ana Ruiz"], said=said))
    with Session(archive) as session:
        page = actors.get_actor(session, 1, size=5)
    assert page is not None
    assert [quote.text for quote in page.about.items] == ["Ana Ruiz is wrong,"]


def test_who_speaks_for_a_country_is_one_of_its_people(archive: Engine) -> None:
    found = lisbon_annotations()
    sources = tuple(replace(each, country="NO") if each.actor else each for each in found.sources)
    store_story(archive, make_raw(TEXT), replace(found, sources=sources, speaking=("NO",)))
    with Session(archive) as session:
        page = places.get_country(session, "NO", relation="speaking", after=None, size=5)
    assert page is not None
    # Marta Sousa speaks for Norway here as well, and is Portugal's.
    assert [(card.actor.name, card.stories) for card in page.people] == [("Erik Dahl", 1)]
