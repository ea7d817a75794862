import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from app.store import search
from app.store.browse import list_stories
from app.store.filters import Selection
from tests.factories import make_raw, store_story


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("peace talks", '("peace") AND ("talks")', ""),
        ('"peace talks" qatar', '("peace talks") AND ("qatar")', ""),
        ("“peace talks”", '("peace talks")', ""),
        ("negot*", '("negot"*)', ""),
        ("qatar OR doha -gas", '("qatar" OR "doha")', '"gas"'),
        ("qatar AND doha", '("qatar") AND ("doha")', ""),
        ("OR qatar", '("qatar")', ""),
        ("qatar OR", '("qatar")', ""),
        ('qatar"', '("qatar")', ""),
        ("-qatar", "", '"qatar"'),
        ("NEAR(a b)", '("NEAR(a") AND ("b)")', ""),
        ("title:fish", '("title:fish")', ""),
        ("* - ' \" ( )", "", ""),
        ("", "", ""),
    ],
)
def test_what_a_reader_types_becomes_a_safe_query(typed: str, wanted: str, unwanted: str) -> None:
    assert search.parse(typed) == search.Query(wanted, unwanted)


def found(engine: Engine, typed: str) -> list[str]:
    with Session(engine) as session:
        selection = Selection((("q", typed),))
        return sorted(card.title for card in list_stories(session, selection, after=None, size=10).items)


@pytest.fixture
def three_stories(archive: Engine) -> Engine:
    """Three short stories with a title each."""
    for title, text in (
        ("A", "Negotiators met in Doha; talks on gas failed."),
        ("B", "The café in Qatar reopened. Peace talks resume."),
        ("C", "Gas prices rose."),
    ):
        store_story(engine := archive, make_raw(text, title=title))
    return engine


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("talks", ["A", "B"]),
        ("talk", ["A", "B"]),
        ('"peace talks"', ["B"]),
        ('"talks peace"', []),
        ("negot*", ["A"]),
        ("qatar OR doha", ["A", "B"]),
        ("talks -gas", ["B"]),
        ("-talks", ["C"]),
        ("cafe", ["B"]),
        ("CAFÉ", ["B"]),
        ("prices gas", ["C"]),
    ],
)
def test_search_finds_words_phrases_beginnings_and_exclusions(
    three_stories: Engine, typed: str, titles: list[str]
) -> None:
    assert found(three_stories, typed) == titles


AWKWARD = st.text(alphabet=st.sampled_from("abc\"'()*-+^:{}[]~ ,.“”\0%_OR\\é😀"), max_size=30) | st.text(max_size=30)


@given(st.lists(AWKWARD, min_size=1, max_size=8))
def test_nothing_that_can_be_typed_is_an_error(typed: list[str]) -> None:
    for words in typed:
        query = search.parse(words)
        assert "\0" not in query.wanted + query.unwanted
        # Every term stands in quotation marks, so the index's own syntax cannot be reached.
        bare = [part for i, part in enumerate((query.wanted + query.unwanted).split('"')) if i % 2 == 0]
        assert set("".join(bare)) <= set("() *ANDOR")


def test_typed_oddities_reach_the_index_without_harm(three_stories: Engine) -> None:
    for typed in ('"', "a AND", "NOT", "^a", "a:b", "{a b}", "a + b", "NEAR(a, 2)", "😀", "%", "\\", "a\0b", "-", "*"):
        found(three_stories, typed)


def test_hits_are_marked_in_the_snippet(three_stories: Engine) -> None:
    with Session(three_stories) as session:
        card = list_stories(session, Selection((("q", "gas failed"),)), after=None, size=3).items[0]
    assert [words for words, is_hit in card.snippet if is_hit] == ["gas", "failed"]
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
    marked = highlighted.replace("[", search.HIT_START).replace("]", search.HIT_END)
    pieces = search.best_snippet(marked)
    shown = "".join(f"[{words}]" if is_hit else words for words, is_hit in pieces)
    assert shown == snippet


@given(st.text(alphabet=st.sampled_from(f"ab \n{search.HIT_START}{search.HIT_END}"), max_size=900))
def test_any_highlighted_text_gives_clean_pieces(highlighted: str) -> None:
    for words, _ in search.best_snippet(highlighted):
        assert words
        assert not set(words) & {search.HIT_START, search.HIT_END}
