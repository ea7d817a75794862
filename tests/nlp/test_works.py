import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.marks import quotations
from app.nlp.works import is_title
from tests.nlp.annotating import annotated, shown


@pytest.mark.parametrize(
    "text",
    [
        "Her novel “The Sea Is Ours” sold well.",
        "In his 1987 book, “The Long Winter,” he was kinder.",
        "She wrote “The Long Winter” in 1996.",
        "He sang “Harbour Lights” and then left.",
        "She finished “Harbour Lights,” a film about dockers.",
        "The play is entitled “The Sea Is Ours”.",
        "The operation, dubbed “Quiet Tide”, began in May.",
        "She spoke on CNN’s “Tide of the Day” in May.",
    ],
)
def test_the_title_of_a_work_is_no_quote(text: str) -> None:
    assert [is_title(text, each) for each in quotations(text)] == [True]
    assert all(kind == "indirect" for kind, *_ in shown(annotated(text)))


@pytest.mark.parametrize(
    "text",
    [
        "She wrote “I am done with this town” in May.",
        "He calls it “The Street of Thieves” in his letter.",
        "What she called “Harbour Madness” went on.",
        "In her book, “they never paid a penny” stands twice.",
        "Her novel “The Sea Is Ours",
    ],
)
def test_other_words_in_marks_are_no_title(text: str) -> None:
    assert [is_title(text, each) for each in quotations(text)] == [False]


def test_a_cue_behind_a_title_keeps_its_words() -> None:
    doc = annotated("“The pier is lost,” Calder said on NBC’s “Tide of the Day.” “Nobody came.”")
    assert shown(doc) == [("direct", "Calder", "said", "“The pier is lost,” … “Nobody came.”")]


@given(st.text(max_size=80), st.sampled_from(["book ", "wrote ", "called ", "", "NBC's "]), st.text(max_size=30))
def test_any_text_may_be_asked(before: str, link: str, inside: str) -> None:
    text = f"{before}{link}“{inside}” x"
    assert {is_title(text, each) for each in quotations(text)} <= {True, False}
