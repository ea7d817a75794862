import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from app.store import search, search_postgresql, search_sqlite
from app.store.browse import list_stories
from app.store.filters import Selection
from app.store.search_snippets import HIT_END, HIT_START, best_snippet
from tests.factories import make_raw, store_story


@pytest.mark.parametrize(
    ("typed", "sqlite", "postgresql"),
    [
        ("peace talks", '("peace") AND ("talks")', "(('peac')) & (('talk'))"),
        ('"peace talks" qatar', '("peace talks") AND ("qatar")', "(('peac' <-> 'talk')) & (('qatar'))"),
        ("“peace talks”", '("peace talks")', "(('peac' <-> 'talk'))"),
        ("negot*", '("negot"*)', "(('negot':*))"),
        ("qatar OR doha -gas", '(("qatar" OR "doha")) NOT ("gas")', "(('qatar') | ('doha')) & !(('ga'))"),
        ("qatar AND doha", '("qatar") AND ("doha")', "(('qatar')) & (('doha'))"),
        ("OR qatar", '("qatar")', "(('qatar'))"),
        ("qatar OR", '("qatar")', "(('qatar'))"),
        ('qatar"', '("qatar")', "(('qatar'))"),
        ("NEAR(a b)", '("NEAR(a") AND ("b)")', "(('near' <-> 'a')) & (('b'))"),
        ("title:fish", '("title:fish")', "(('titl' <-> 'fish'))"),
        ("state-art*", '("state-art"*)', "(('state' <-> 'art':*))"),
        ("state-of*", '("state-of")', "(('state' <-> 'of'))"),
        ("o*", '("o")', "(('o'))"),
    ],
)
def test_what_a_reader_types_becomes_a_safe_query(typed: str, sqlite: str, postgresql: str) -> None:
    query = search.parse(typed)
    assert search_sqlite.expression(query) == sqlite
    assert search_postgresql.expression(query) == postgresql


@pytest.mark.parametrize("typed", ["* - ' \" ( )", "", "OR", "-", "\0"])
def test_what_has_no_words_asks_for_nothing(typed: str) -> None:
    assert search.parse(typed) == search.Query()


def found(engine: Engine, typed: str) -> list[str]:
    with Session(engine) as session:
        selection = Selection((("q", typed),))
        return sorted(card.title[0] for card in list_stories(session, selection, after=None, size=10).items)


@pytest.fixture
def three_stories(archive: Engine) -> Engine:
    """Three short stories with a title each."""
    for title, text in (
        ("A", "Negotiators met in Doha; talks on oil and gas failed. A state-of-the-art plant."),
        ("B", "The café in Qatar reopened. Peace talks resume, says https://courier.example/1. Жуков."),
        ("C", "Gas prices rose for us in 2026-27."),
    ):
        store_story(engine := archive, make_raw(text, title=title if title != "C" else "C heading"))
    return engine


FINDS = {
    "talks": ["A", "B"],
    "talk": ["A", "B"],
    '"peace talks"': ["B"],
    '"talks peace"': [],
    "negot*": ["A"],
    "qatar OR doha": ["A", "B"],
    "talks -gas": ["B"],
    "-talks": ["C"],
    "cafe": ["B"],
    "CAFÉ": ["B"],
    "prices gas": ["C"],
    "heading": ["C"],
    "reopening": ["B"],
    "us": ["C"],
    "u": [],
    '"and gas"': ["A"],
    "state-of-the-art": ["A"],
    "state the": ["A"],
    "courier": ["B"],
    "courier.example": ["B"],
    '"heading gas"': [],
    "2026*": ["C"],
    "Жук*": ["B"],
    "жуков": ["B"],
}


def test_search_finds_words_phrases_beginnings_and_exclusions(three_stories: Engine) -> None:
    assert {typed: found(three_stories, typed) for typed in FINDS} == FINDS


def test_it_is_known_how_much_an_index_tells_of_words_that_begin_alike(archive: Engine) -> None:
    for i in range(40):
        store_story(archive, make_raw(" ".join(f"harbour{i}x{j}" for j in range(100)) + " policies zebra"))
    with Session(archive) as session:
        assert search.count(session, "story", search.parse("policies*"), most=100) == 40
        if archive.dialect.name == "postgresql":
            return
        size = partial(search_sqlite._size, session.connection(), "story")
        assert size(search.parse("harbour*").groups[0][0]) > size(search.parse("harbour1*").groups[0][0]) > 0
        assert size(search.parse("zeb*").groups[0][0]) == 0


AWKWARD = st.text(alphabet=st.sampled_from("abc\"'()*-+^:{}[]~ ,.“”\0%_OR\\é😀"), max_size=30) | st.text(max_size=30)


@given(st.lists(AWKWARD, min_size=1, max_size=8))
def test_nothing_that_can_be_typed_reaches_an_index_as_an_operator(typed: list[str]) -> None:
    for query in map(search.parse, typed):
        for expression, mark in ((search_sqlite.expression(query), '"'), (search_postgresql.expression(query), "'")):
            assert "\0" not in expression
            outside = "".join(expression.split(mark)[::2])
            assert set(outside) <= set("() *ANDORT" if mark == '"' else "() <->|&!:*")


def test_typed_oddities_reach_the_index_without_harm(three_stories: Engine) -> None:
    for typed in ('"', "a AND", "NOT", "^a", "a:b", "{a b}", "a + b", "NEAR(a, 2)", "😀", "%", "\\", "a\0b", "-", "*"):
        found(three_stories, typed)


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("gas failed", ["gas", "failed"]),
        ("NEGOTIATOR oil", ["Negotiators", "oil"]),
        ('"oil and" gas', ["oil and", "gas"]),
        ("fail*", ["failed"]),
        ("pharaoh OR state-of-the-art", ["state-of-the-art"]),
    ],
)
def test_hits_are_marked_in_the_snippet(three_stories: Engine, typed: str, hits: list[str]) -> None:
    with Session(three_stories) as session:
        cards = list_stories(session, Selection((("q", typed),)), after=None, size=3).items
    (card,) = (card for card in cards if card.title == "A")
    assert [words for words, is_hit in card.snippet if is_hit] == hits
    assert "".join(words for words, _ in card.snippet).startswith("Negotiators met")


@pytest.mark.parametrize(
    ("highlighted", "snippet"),
    [
        ("no hits at all", ""),
        ("[Gas] is short.", "[Gas] is short."),
        ("a  [gas]\n\nb", "a [gas] b"),
        ("word " * 40 + "[gas] " + "word " * 60, "… " + "word " * 11 + "[gas] " + "word " * 38 + "…"),
        ("[gas] " + "far " * 100 + "[gas] and [oil] met", "… " + "far " * 14 + "[gas] and [oil] met"),
    ],
)
def test_a_snippet_shows_where_most_hits_are(highlighted: str, snippet: str) -> None:
    marked = highlighted.replace("[", HIT_START).replace("]", HIT_END)
    pieces = best_snippet(marked)
    shown = "".join(f"[{words}]" if is_hit else words for words, is_hit in pieces)
    assert shown == snippet


@given(st.text(alphabet=st.sampled_from(f"ab \n{HIT_START}{HIT_END}"), max_size=900))
def test_any_highlighted_text_gives_clean_pieces(highlighted: str) -> None:
    for words, _ in best_snippet(highlighted):
        assert words
        assert not set(words) & {HIT_START, HIT_END}


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_vector_stays_within_what_postgresql_takes(title: str, body: str) -> None:
    for word in search_postgresql.vector(title, body).split(" "):
        assert not word or re.fullmatch(r"[^\W_]+(?<!:):\d+[AB](,\d+[AB])*", word)


def test_a_text_too_long_for_a_vector_is_searchable_by_its_beginning(archive: Engine) -> None:
    text = "Beginning. " + " ".join(f"{number:0>190}" for number in range(6000)) + " ending"
    store_story(archive, make_raw(text, title="Long"))
    assert found(archive, "beginning 0000*") == ["L"]
    assert len(search_postgresql.vector("", text)) < len(text) < len(search_postgresql.vector("", text)) * 2


def test_a_word_far_down_a_long_text_is_found(archive: Engine) -> None:
    store_story(archive, make_raw("fish " * (search_postgresql.LAST_PLACE + 9) + "ending", title="Long"))
    assert found(archive, "ending fish") == ["L"]
