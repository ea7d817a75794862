import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.addresses import normalise_url, web_address

KEY = "https://courier.example/2026/quay"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://courier.example/2026/quay", KEY),
        ("  http://WWW.Courier.Example:80/2026/quay/ ", KEY),
        ("https://courier.example:443/2026/quay#top", KEY),
        ("https://courier.example/2026/quay?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2", KEY),
        ("https://mara:pw@courier.example./2026/quay", KEY),
        ("https://courier.example/2026/quay?b=2&a=1", KEY + "?a=1&b=2"),
        ("https://courier.example/2026/quay?a=", KEY + "?a="),
        ("https://courier.example/2026/Quay", "https://courier.example/2026/Quay"),
        ("https://courier.example:8443/", "https://courier.example:8443/"),
        ("https://courier.example", "https://courier.example/"),
        ("http://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        (" urn:story:7 ", "urn:story:7"),
        ("https://courier.example:99999/", "https://courier.example:99999/"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_addresses_of_one_story_have_one_key(url: str, key: str) -> None:
    assert normalise_url(url) == key


@pytest.mark.parametrize("url", ["", "quay", "ftp://a.example/", "javascript:alert(1)", "https:///quay", "http://a b/"])
def test_only_http_addresses_with_a_host_count(url: str) -> None:
    assert web_address(url) is None


def test_an_address_is_kept_as_given() -> None:
    assert web_address(" HTTP://Www.Courier.example/a?utm_id=1#b\n") == "HTTP://Www.Courier.example/a?utm_id=1#b"


@given(st.text() | st.from_regex(r"https?://[a-z.:\[\]@]{0,9}[/?#][a-z%&=+;/?#]{0,20}", fullmatch=True))
def test_normalising_never_raises_and_twice_changes_nothing(url: str) -> None:
    key = normalise_url(url)
    assert normalise_url(key) == key
