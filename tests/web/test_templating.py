from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from app.web.templating import ENVIRONMENT, story_text
from app.web.words import day, plural


def test_dates_are_said_in_words_and_undated_where_there_is_none() -> None:
    assert day(datetime(2026, 3, 4, tzinfo=UTC)) == "4 March 2026"
    assert day(None) == "undated"


@pytest.mark.parametrize(
    ("count", "many", "expected"),
    [(1, None, "1 story"), (0, "stories", "0 stories"), (1234, "stories", "1,234 stories")],
)
def test_counts_agree_with_their_noun(count: int, many: str | None, expected: str) -> None:
    assert plural(count, "story", many) == expected


def test_story_text_is_escaped_and_keeps_carriage_returns() -> None:
    assert story_text("<b>&\r\n") == "&lt;b&gt;&amp;&#13;\n"


def test_templates_fail_loudly_on_what_is_not_there() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ nobody }}").render()
