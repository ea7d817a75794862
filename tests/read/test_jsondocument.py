import json

import pytest

from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal, story


@pytest.mark.parametrize("name", ["news", "news.json", "news.jsonl", "news.txt"])
def test_a_pretty_printed_object_is_one_story(name: str) -> None:
    data = json.dumps({"id": "a", "text": "The council voted.", "by": {"name": "Mara"}}, indent=2).encode()
    found = story(data, name)
    assert (found.text, found.external_id, found.extra) == ("The council voted.", "a", {"by": {"name": "Mara"}})


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_holds_stories_and_a_bad_one_does_not_stop_the_others(indent: int | None) -> None:
    rows = [{"text": "One."}, {"text": ""}, 3, {"text": "Two."}]
    found = read(json.dumps(rows, indent=indent).encode(), "news.json")
    assert [isinstance(one, RawStory) for one in found] == [True, False, False, True]
    assert [one.origin for one in found] == [f"news.json, item {number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{\n "text": "a"\n "id": 3\n}', "line 3, column 2"),
        (b'[{"text": "a"},\n {"text": }]', "line 2, column 11"),
        (b"[]", "holds no story"),
        (b" ", "empty"),
        (b'{"text": "a"', "not valid JSON"),
    ],
)
def test_a_broken_document_says_where(data: bytes, reason: str) -> None:
    assert reason in refusal(data, "news.json").reason


def test_an_array_above_the_limit_is_refused_with_what_to_do() -> None:
    data = json.dumps([{"text": "a"}] * 100).encode()
    assert "make an array JSON Lines" in refusal(data, max_bytes=500).reason


def test_json_lines_in_a_json_file_are_read_as_lines() -> None:
    found = read(b'{"text": "One."}\n{"text": "Two."}\n', "news.json")
    assert [one.origin for one in found] == ["news.json:1", "news.json:2"]


def test_lines_after_a_broken_first_one_are_read_beyond_the_limit() -> None:
    found = read(b'{"text": One}\n' + b'{"text": "Two."}\n' * 100, max_bytes=200)
    assert isinstance(found[0], Unreadable)
    assert sum(isinstance(one, RawStory) for one in found) == 100
