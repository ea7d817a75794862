from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.cards import StoryPage
from app.web.highlight import Marked, Segment, marked_mentions, paragraphs
from tests.web.cards import actor, mention, quote, source, story_page, toponym

TEXT = "Dockers walk out\n\n“We walk,” said Ana Reyes of the Durban Port Union. She left.\n"
ANA = actor(1, "Ana Reyes", speaks=1)
UNION = actor(2, "Durban Port Union", "organisation")


def at(words: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def page() -> StoryPage:
    return story_page(
        TEXT,
        actors=(ANA, UNION),
        mentions=(
            mention(*at("Ana Reyes"), 1),
            mention(*at("Durban Port Union"), 2),
            mention(*at("She"), 1, "pronoun"),
        ),
        toponyms=(toponym(*at("Durban"), "ZA"),),
        quotes=(quote(1, at("“We walk,”"), cue=at("said"), source=at("Ana Reyes"), speaker=ANA.actor),),
        sources=(source(1, at("Ana Reyes of the Durban Port Union"), form="named person"),),
        countries=("ZA",),
    )


def segments(story: StoryPage, marked: Marked | None = None) -> list[Segment]:
    return [segment for paragraph in paragraphs(story, marked) for segment in paragraph.segments]


def segment_of(words: str, story: StoryPage | None = None, marked: Marked | None = None) -> Segment:
    found = [segment for segment in segments(story or page(), marked) if segment.text == words]
    assert len(found) == 1, words
    return found[0]


def test_the_innermost_name_wins() -> None:
    assert segment_of("Durban").country == "ZA"
    assert segment_of(" Port Union").actor == UNION


def test_a_name_inside_a_longer_description_wins_and_so_does_a_name_around_a_description() -> None:
    text = "Kenya’s leader spoke"
    story = story_page(
        text,
        actors=(ANA,),
        mentions=(mention(*at("Kenya’s leader", text), 1, "nominal"),),
        toponyms=(toponym(*at("Kenya", text), "KE"),),
    )
    assert segment_of("Kenya", story).country == "KE"
    around = story_page(
        text,
        actors=(ANA, UNION),
        mentions=(mention(0, 14, 2), mention(8, 14, 1, "nominal")),
    )
    assert segment_of("leader", around).actor == UNION


def test_segments_know_quote_cue_source_and_where_they_lead() -> None:
    words = segment_of("“We walk,”")
    assert (words.quotes, words.opens, words.closes) == (page().quotes,) * 3
    assert words.lead == "q1"
    assert words.ids == ("q1",)
    assert segment_of("said").cues == page().quotes
    assert segment_of("Ana Reyes").voices == page().quotes
    assert segment_of("Ana Reyes").sources == page().sources
    assert segment_of(" of the ").lead == "s1"
    assert set(segment_of("Ana Reyes").ids) == {"a1", "s1"}
    assert segment_of(" Port Union").label == page().sources[0]


def test_only_the_first_stretch_of_a_quote_leads_to_its_row() -> None:
    text = "“one” and “two”"
    story = story_page(text, quotes=(quote(1, (0, 5), (10, 15)),))
    assert [segment.lead for segment in segments(story) if segment.quotes] == ["q1", None]


def test_a_filter_marks_mentions_of_its_actor_and_country_even_where_another_name_wins() -> None:
    marked = Marked(actors=frozenset({2}), countries=frozenset())
    assert segment_of("Durban", marked=marked).marked
    assert "marked" in segment_of("Durban", marked=marked).ids
    assert not segment_of("Ana Reyes", marked=marked).marked
    assert marked_mentions(page(), marked) == 1
    assert marked_mentions(page(), Marked(frozenset({1}), frozenset({"ZA"}))) == 3


def test_the_headline_is_recognised_as_the_text_s_first_line() -> None:
    assert [paragraph.is_title for paragraph in paragraphs(page())] == [True, False]


@pytest.mark.parametrize(
    ("text", "title", "is_title"),
    [
        ("Dockers walk out.\n\nThey left.", "Dockers walk out", True),
        ("\n Dockers ‘walk’ out\nThey left.", "Dockers ‘walk out’", True),
        ("Dockers walk out of the port.\nThey left.", "Dockers walk out", False),
        ("Dockers walk out", "Dockers walk out", False),
        ("They left.", "Dockers walk out", False),
        ("", "", False),
    ],
)
def test_a_first_line_that_says_the_same_is_the_headline(text: str, title: str, is_title: bool) -> None:
    assert any(paragraph.is_title for paragraph in paragraphs(story_page(text, title=title))) is is_title


def test_a_headline_of_ours_is_not_taken_out_of_the_text() -> None:
    story = story_page("They left.\nThen it rained.", title="They left.", title_is_ours=True)
    assert not paragraphs(story)[0].is_title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\nTwo.\n", ["One.\n", "Two.\n"]),
        ("One.\r\n\r\nTwo.", ["One.\r\n\r\n", "Two."]),
        ("\n\nOne.", ["\n\nOne."]),
        ("One.\u2028Two.", ["One.\u2028", "Two."]),
        (
            "The dockers of the port walked out on a Tuesday morning\nand did not come back.\n\nIt rained.",
            ["The dockers of the port walked out on a Tuesday morning\nand did not come back.\n\n", "It rained."],
        ),
        (" ", [" "]),
        ("", []),
    ],
)
def test_lines_become_paragraphs_unless_the_text_was_wrapped_by_hand(text: str, expected: list[str]) -> None:
    assert [paragraph.text for paragraph in paragraphs(story_page(text))] == expected


def test_spans_outside_the_text_are_cut_to_it() -> None:
    story = story_page("short", quotes=(quote(1, (-5, 2), (4, 99), (50, 60), (3, 3)),))
    assert [(segment.start, segment.end, bool(segment.quotes)) for segment in segments(story)] == [
        (0, 2, True),
        (2, 4, False),
        (4, 5, True),
    ]


texts = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from("ab .\n\r\t\x0b\x0c\x85\u2028"),
    ),
    max_size=80,
)


@st.composite
def annotated(draw: st.DrawFn) -> StoryPage:
    """Any text under any spans: overlapping, nested, reaching out of it."""
    text = draw(texts)
    place = st.integers(-3, len(text) + 3)
    span = st.tuples(place, place)
    spans = st.lists(span, max_size=4)
    return story_page(
        text,
        title=draw(st.sampled_from([text[:10], "Dockers walk out"])),
        actors=(ANA, UNION),
        mentions=tuple(
            mention(*each, draw(st.sampled_from([1, 2, 9])), draw(st.sampled_from(["name", "pronoun"])))
            for each in draw(spans)
        ),
        toponyms=tuple(toponym(*each, "ZA") for each in draw(spans)),
        quotes=tuple(
            quote(position, *draw(spans), kind=draw(st.sampled_from(["direct", "mixed", "indirect"])), cue=draw(span))
            for position in (1, 2)
        ),
        sources=(source(1, *draw(spans)),),
        references=draw(spans),
    )


@given(annotated())
def test_segments_put_together_are_the_text(story: StoryPage) -> None:
    found = segments(story)
    assert "".join(segment.text for segment in found) == story.text
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(segment.text == story.text[segment.start : segment.end] for segment in found)
    assert all(segment.text for segment in found)


@given(annotated())
def test_segments_cover_exactly_the_spans(story: StoryPage) -> None:
    def covered(position: int, spans: list[tuple[int, int]]) -> bool:
        return any(start <= position < end for start, end in spans)

    for segment in segments(story):
        for position in range(segment.start, segment.end):
            for each in story.quotes:
                assert (each in segment.quotes) is covered(position, list(each.content))
                assert (each in segment.cues) is covered(position, list(each.cue))
            for origin in story.sources:
                assert (origin in segment.sources) is covered(position, list(origin.mentions))
            assert segment.reference is covered(position, list(story.references))
            names = [(each.start, each.end) for each in story.mentions if each.actor_id != 9]
            names += [(each.start, each.end) for each in story.toponyms]
            if segment.actor or segment.country:
                assert covered(position, names)


@given(annotated())
def test_every_anchor_is_there_once(story: StoryPage) -> None:
    ids = [name for segment in segments(story) for name in segment.ids]
    assert len(ids) == len(set(ids))
    for each in story.quotes:
        if any(max(start, 0) < min(end, len(story.text)) for start, end in each.content):
            assert f"q{each.position}" in ids
