import pytest

from app.store.cards import ActorRef
from app.store.filters import parse_selection
from app.web import links


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("12-a-headline", (12, "a-headline")),
        ("12", (12, "")),
        ("12-", (12, "")),
        ("a-headline", None),
        ("-12", None),
        ("12a", None),
        ("١٢", None),
        ("9" * 19, None),
        ("", None),
    ],
)
def test_an_address_s_last_part_is_read_as_number_and_slug(key: str, expected: tuple[int, str] | None) -> None:
    assert links.read_key(key) == expected


def test_actors_live_under_their_kind() -> None:
    assert links.actor(ActorRef(3, "un", "U.N.", "organisation")) == "/organisations/3-un"


def test_lists_keep_the_selection_in_canonical_order() -> None:
    selection = parse_selection([("country", "fr"), ("person", "12")])
    assert links.stories(selection, next="abc") == "/?person=12&country=FR&next=abc"
    assert links.stories() == "/"
    assert links.listing("/people", q="", sort="name", next=None) == "/people?sort=name"


@pytest.mark.parametrize("url", ["https://x.example/a?b", "http://x.example"])
def test_addresses_of_the_web_are_safe_to_link_to(url: str) -> None:
    assert links.outside(url) == url


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https:", "//x.example", "http://[", "mailto:a@b"])
def test_others_are_not(url: str | None) -> None:
    assert links.outside(url) is None
