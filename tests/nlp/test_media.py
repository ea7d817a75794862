import pytest

from app.nlp import media


@pytest.mark.parametrize(
    "name", ["Reuters", "The Harbour Times", "Harbour Post", "Radio Tide", "Tide News Agency", "Port Ellis Tribune"]
)
def test_names_of_media_are_listed_or_known_by_their_look(name: str) -> None:
    assert media.is_name(name)


@pytest.mark.parametrize("name", ["Times Square", "Ines Calder", "News", "the harbour times", "Tide Agency", ""])
def test_other_names_are_none(name: str) -> None:
    assert not media.is_name(name)
