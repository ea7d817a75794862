import pytest

from tests.nlp.annotating import annotated, shown


def sources_of(text: str) -> list[tuple[str, str, str | None]]:
    return [(source.name, source.form, source.channel) for source in annotated(text)._.sources]


@pytest.mark.parametrize(
    "text",
    [
        "The dam had burst, state TV reported, citing two officials.",
        "State TV, citing two officials, reported that the dam had burst.",
        "State TV reported on Monday, citing two officials, that the dam had burst.",
    ],
)
def test_who_is_cited_is_a_source_and_no_quote(text: str) -> None:
    (told,) = shown(annotated(text))
    assert told[2] == "reported"
    found = {name.lower(): rest for name, *rest in sources_of(text)}
    assert found == {
        "state tv": ["other media", "published work"],
        "two officials": ["unnamed group", "published work"],
    }


def test_what_is_cited_as_a_reason_is_no_source() -> None:
    assert [name for name, *_ in sources_of("Citing a lack of money, the town sold its pier.")] == []


def test_whoever_was_quoted_as_saying_something_said_it() -> None:
    text = "The Harbour Times cited a clerk as saying the dam had burst."
    assert [(source, content) for _, source, _, content in shown(annotated(text))] == [("a clerk", "the dam had burst")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("State TV reported that the dam had burst.", "State TV"),
        ("Iranian state television said the dam had burst.", "Iranian state television"),
        ("The Harbour Times reported that the dam had burst.", "Harbour Times"),
        ("The dam had burst, according to Tide News Agency.", "Tide News Agency"),
    ],
)
def test_a_medium_that_reports_is_a_source(text: str, name: str) -> None:
    assert sources_of(text) == [(name, "other media", "published work")]


def test_state_television_has_its_country() -> None:
    doc = annotated("Iranian state TV reported that the dam had burst.", places={"Iranian": "IR"})
    assert [source.country for source in doc._.sources] == ["IR"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The bill was in a letter seen by Harbour Post. It is two years old.", "Harbour Post"),
        ("The bill was in a letter seen by U.S. News. It is two years old.", "U.S. News"),
    ],
)
def test_whoever_saw_something_is_named_to_the_end_of_the_sentence(text: str, name: str) -> None:
    assert (name, "the reporter", None) in sources_of(text)
