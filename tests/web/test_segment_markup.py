"""What the markup of a segment says; how a whole text reads back is in test_story."""

from app.web.markup import markup
from tests.web.markup import tags
from tests.web.test_highlight import segment_of


def test_a_name_leads_to_its_page_and_says_all_that_it_is() -> None:
    ((tag, given),) = tags(markup([segment_of("Ana Reyes")]))[-1:]
    assert tag == "a"
    assert given["href"] == "/people/1-ana-reyes"
    assert given["class"] == "n person src"
    assert given["aria-describedby"] == "n-a1 d-a1 n-s1 d-s1"


def test_words_over_which_nothing_stands_are_plain() -> None:
    assert markup([segment_of(". ")]) == ". "
    assert markup([segment_of("said")]) == '<span class="cue" data-cue="1">said</span>'
