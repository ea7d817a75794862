from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read import read_html
from app.read.html import MAX_ELEMENTS
from app.spans import RawStory, Unreadable
from tests.read.reading import refusal, story

VOTE = "The harbour council of Lindvik voted on Tuesday to close the northern quay for two years."
FERRY = "The ferries will leave from the old fish market, their director said."
HEAD = """<head><title>Quay to close | The Harbour Courier</title>
<meta property="og:site_name" content="The Harbour Courier"><meta property="og:title" content="Quay to close">
<meta name="author" content="Mara Lind"><meta name="description" content="Cracks were found.">
<meta property="article:published_time" content="2026-03-14T08:30:00+01:00">
<link rel="canonical" href="https://harbour-courier.example/2026/quay"></head>"""


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html lang='en'>{head}<body><nav><a href='/'>Home</a></nav>{body}</body></html>"


def text(body: str) -> str:
    found = read_html(page(f"<article>{body}</article>"), "page")
    assert isinstance(found, RawStory), found
    return found.text


def test_a_page_gives_its_article_and_what_it_says_about_itself() -> None:
    found = story(
        page(f"<article><h1>Quay to close</h1><p>{VOTE}</p><p>{FERRY}</p></article>", HEAD).encode(), "q.html"
    )
    assert found == RawStory(
        text=f"{VOTE}\n\n{FERRY}",
        title="Quay to close",
        origin="q.html",
        url="https://harbour-courier.example/2026/quay",
        outlet="The Harbour Courier",
        published_at=datetime(2026, 3, 14, 7, 30, tzinfo=UTC),
        extra={"language": "en", "byline": "Mara Lind", "description": "Cracks were found."},
    )


def test_the_address_it_was_fetched_from_counts_more() -> None:
    found = read_html(page(f"<p>{VOTE}</p>", HEAD), "page", "https://mirror.example/q")
    assert isinstance(found, RawStory)
    assert found.url == "https://mirror.example/q"


def test_a_page_without_a_title_gets_one_from_its_text() -> None:
    found = story(page(f"<article><p>{VOTE}</p><p>{FERRY}</p></article>").encode())
    assert (found.title, found.title_is_ours) == (VOTE, True)


def test_a_year_in_the_footer_is_no_date() -> None:
    body = f"<article><p>{VOTE}</p><p>{FERRY}</p></article><footer>Copyright 2019</footer>"
    assert story(page(body).encode()).published_at is None


@pytest.mark.parametrize(
    ("quotation", "words"),
    [
        (
            "<blockquote><p>“We could not wait.”</p><p>“Not a day.”</p></blockquote>",
            "“We could not wait.”\n\n“Not a day.”",
        ),
        ("<blockquote>“We could\n   not <em>wait</em>.”</blockquote>", "“We could not wait.”"),
        ("<blockquote><p><a href='/x'>“We could not wait.”</a></p></blockquote>", "“We could not wait.”"),
        ("<blockquote>“We could not wait.”<br>“Not a day.”</blockquote>", "“We could not wait.”\n“Not a day.”"),
        ("<blockquote><p>“No,” he said.</p>— Mara Lind</blockquote>", "“No,” he said.\n\n— Mara Lind"),
    ],
)
def test_block_quotes_stay_in_their_place_word_for_word(quotation: str, words: str) -> None:
    assert text(f"<p>{VOTE}</p>{quotation}<p>{FERRY}</p>") == f"{VOTE}\n\n{words}\n\n{FERRY}"


def test_list_items_and_table_rows_have_a_line_each() -> None:
    items = "<ul><li>First, the ferries.</li><li><p>Second, the</p> <b>cranes</b>.</li></ul>"
    table = "<table><tr><td>Year</td><td>Cost</td></tr><tr><td>2026</td><td>4m</td></tr></table>"
    found = text(f"<p>{VOTE}</p>{items}<p>{FERRY}</p>{table}")
    assert "\n\nFirst, the ferries.\nSecond, the" in found
    assert found.endswith(f"{FERRY}\n\nYear | Cost\n2026 | 4m")


def test_a_list_of_references_stays_though_it_is_all_links() -> None:
    cited = "<li><a href='/1'>“Quay to close”, The Gull</a></li>"
    for heading in ("<h2>Sources</h2>", "<p><b>References:</b></p>"):
        assert text(f"<p>{VOTE}</p><p>{FERRY}</p>{heading}<ul>{cited * 2}</ul>").endswith(
            "“Quay to close”, The Gull\n“Quay to close”, The Gull"
        )


def test_wrapped_source_lines_are_no_line_breaks() -> None:
    assert text(f"<p>{VOTE.replace(' ', chr(10) + '  ')}</p><p>{FERRY}</p>") == f"{VOTE}\n\n{FERRY}"


@pytest.mark.parametrize("fragment", [f"<p>{VOTE}</p>", f"<p>{VOTE}</p><p>{FERRY}</p>", f"<div>{VOTE}</div>"])
def test_a_fragment_is_enough(fragment: str) -> None:
    found = read_html(fragment, "pasted")
    assert isinstance(found, RawStory)
    assert found.text.startswith(VOTE)


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("cp1252", "<meta charset='windows-1252'>"),
        ("cp1252", "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-1'>"),
        ("iso-8859-15", "<meta charset=iso-8859-15>"),
        ("cp1252", ""),
        ("cp1252", "<meta charset=utf-8>"),
        ("cp1252", "<meta charset=nonsense>"),
        ("utf-8", "<meta charset=windows-1252>"),
    ],
)
def test_old_encodings_are_read_as_declared_unless_that_is_wrong(encoding: str, head: str) -> None:
    words = "“Café Zürich”" if encoding != "iso-8859-15" else "Café Zürich, 3 €"
    found = story(page(f"<article><p>{words} voted. {VOTE}</p></article>", f"<head>{head}</head>").encode(encoding))
    assert found.text == f"{words} voted. {VOTE}"


def test_a_page_with_one_broken_byte_is_still_utf8() -> None:
    data = page(f"<article><p>“Café” voted. {VOTE}</p><p>?</p></article>").encode().replace(b"?", b"\xff")
    assert story(data).text.startswith("“Café” voted.")


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<!doctype html><html></html>",
        page("<form>Log in <input></form>"),
        page("<ul><li><a href='/1'>One headline here</a></li><li><a href='/2'>Another one here</a></li></ul>"),
        page("<script>document.write('Words. More words.')</script>"),
    ],
)
def test_a_page_without_an_article_says_so(html: str) -> None:
    found = read_html(html, "page")
    assert isinstance(found, Unreadable)
    assert "no article was found" in found.reason


def test_a_page_of_far_too_many_elements_is_refused() -> None:
    assert "elements" in refusal(page("<p>a said." * MAX_ELEMENTS).encode()).reason


def test_a_page_above_the_limit_is_refused() -> None:
    assert "larger than 100 bytes" in refusal(page(f"<p>{VOTE}</p>").encode(), max_bytes=100).reason


def test_nothing_is_logged_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    read_html("broken", "page")
    read_html("<p>", "page")
    assert capfd.readouterr().err == ""


PIECES = st.sampled_from(
    ["<p>", "</p>", "<blockquote>", "<table><tr><td>", "<ul><li>", "</ul>", "<!--", "]]>", "&#0;", "&#xd800;", "<br>",
     "<meta charset=utf-7>", "<time datetime='9999-99-99'>", "<script>", "\0", "\ud800", VOTE, FERRY, "<a href='http://['>"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=20), max_size=15).map("".join))
def test_no_page_raises(html: str) -> None:
    found = read_html(html, "page")
    if isinstance(found, RawStory):
        assert found.text.strip()
        assert "\0" not in found.text
        found.text.encode()
