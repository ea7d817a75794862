import re
from dataclasses import replace

import pytest
from hypothesis import given
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.spans import Annotations
from app.store.cards import StoryPage
from app.web.highlight import Marked
from app.web.pages.story import context
from app.web.templating import ENVIRONMENT
from tests.factories import TEXT, Said, annotate_stored, make_annotations, make_raw, store_raw, store_story
from tests.web.cards import actor, quote, source, story_page
from tests.web.markup import addresses, ids, tags, text_content
from tests.web.test_highlight import annotated


def rendered(page: StoryPage, marked: Marked | None = None) -> str:
    return ENVIRONMENT.get_template("story.html").render(path="/stories/7", **context(page, marked or Marked()))


@given(annotated())
def test_the_text_on_the_page_is_the_story_s_text_character_for_character(page: StoryPage) -> None:
    html = rendered(page)
    assert text_content(html, "story-text") == page.text
    shown = html[html.index('id="story-text"') :].partition("<section")[0]
    assert "\r" not in shown, "a browser would turn it into a newline"
    assert len(ids(html)) == len(set(ids(html)))
    assert {address[1:] for address in addresses(html) if address.startswith("#")} <= set(ids(html))


@pytest.mark.parametrize(
    "text", ["\n\nx", " x ", "a\r\nb\rc", "a\x0bb\x0cc\x85d\u2028e\u2029f", "<p>&amp;</p>", "𝒳 é", ""]
)
def test_odd_characters_stay_as_they_are(text: str) -> None:
    assert text_content(rendered(story_page(text)), "story-text") == text


def test_no_link_stands_inside_a_link() -> None:
    depth = 0
    ana = actor(1, "Ana Reyes", speaks=1)
    page = story_page("“Ana”", title="“Ana”", actors=(ana,), quotes=(quote(1, (0, 5), speaker=ana.actor),))
    html = rendered(page)
    for piece in html.split("<")[1:]:
        depth += piece.startswith("a ") - piece.startswith("/a>")
        assert depth <= 1


def test_a_headline_that_opens_the_text_is_shown_once_and_with_its_highlights(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    heading = html[html.index("<h1") : html.index("</h1>")]
    assert 'class="n country' in heading
    hidden = next(
        given for _tag, given in tags(html) if given.get("aria-hidden") == "true" and given.get("class") == "vh"
    )
    assert hidden
    assert text_content(html, "story-text").startswith("Harbour talks begin in Lisbon.")


def test_the_panel_says_who_speaks_and_who_is_only_spoken_of(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    glance = html[html.index('class="glance"') : html.index('class="reading"')]
    speak, spoken_of = glance.split("Only spoken of")
    assert "Marta Sousa" in speak
    assert "Erik Dahl" in speak
    assert "harbour officials" in speak, "a quote without a speaker shows the words of the text"
    assert "Fishermen" in spoken_of.split("Unnamed sources")[0]
    assert "harbour officials" in spoken_of.split("Unnamed sources")[1]


def test_every_place_that_the_page_leads_to_is_there(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    inside = {address[1:] for address in addresses(html) if address.startswith("#")}
    assert {"q1", "q2", "q3", "row-q1", "s1", "a1"} <= inside
    assert inside <= set(ids(html))
    described = [given["aria-describedby"] or "" for _tag, given in tags(html) if "aria-describedby" in given]
    assert described
    assert {name for names in described for name in names.split()} <= set(ids(html))


def test_a_filter_marks_its_mentions_and_offers_the_first(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon?country=PT").text
    assert "First of 3 mentions ↓" in html
    assert "marked" in ids(html)
    assert 'href="#marked"' not in filled.get("/stories/1-harbour-talks-begin-in-lisbon").text


def test_a_country_s_peoples_are_marked_with_it_and_its_speakers_where_it_speaks(
    archive: Engine, client: TestClient
) -> None:
    text = "Israelis met in Rome. “We wait,” said Ana Levi. Dan Levi listened."
    found = make_annotations(
        text,
        people=["Ana Levi", "Dan Levi"],
        groups=["Israelis"],
        countries={"Rome": "IT"},
        said=[Said("We wait,", "Ana Levi", speaker="Ana Levi")],
        of_country={"Israelis": "IL", "Ana Levi": "IL", "Dan Levi": "IL"},
    )
    address = f"/stories/{store_story(archive, make_raw(text, title='Talks'), found)}-talks"
    marked = {
        relation: re.findall(r'class="[^"]*hit"[^>]*>([^<]+)<', client.get(f"{address}?{relation}=IL").text)
        for relation in ("country", "speaking")
    }
    assert marked == {"country": ["Israelis"], "speaking": ["Israelis", "Ana Levi"]}


def test_a_screen_reader_hears_kind_and_speaker_but_no_links(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    heard = [
        " ".join(text_content(html, name) for name in (given["aria-describedby"] or "").split())
        for _tag, given in tags(html)
        if "aria-describedby" in given
    ]
    assert "Marta Sousa person, 1 mention, speaks in 1 quote Portugal's fisheries minister" in heard
    assert "Portugal country, mentioned, in focus" in heard
    assert "Marta Sousa direct quote, cue “said”" in heard
    assert "harbour officials source, unnamed group" in heard


def test_who_speaks_without_a_name_is_said_to(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    speak = html[html.index("<dt>Who speaks</dt>") : html.index("Only spoken of")]
    assert speak.count(">unnamed</strong>") == 1
    assert speak.index("harbour officials") < speak.index(">unnamed</strong>")


@pytest.mark.parametrize("key", ["1", "1-", "1-another-headline"])
def test_any_slug_leads_to_the_one_address(filled: TestClient, key: str) -> None:
    answer = filled.get(f"/stories/{key}?country=PT")
    assert answer.status_code == 301
    assert answer.headers["location"] == "/stories/1-harbour-talks-begin-in-lisbon?country=PT"


@pytest.mark.parametrize("key", ["0", "99", "x", "-1", "1.5", "٣", "9" * 19, "9" * 5000, "1%00", "%20", "1%2F2"])
def test_what_is_no_story_is_not_found(filled: TestClient, key: str) -> None:
    assert filled.get(f"/stories/{key}").status_code in (301, 404)


def test_a_story_that_waits_says_so(filled: TestClient) -> None:
    assert "waiting to be annotated" in filled.get("/stories/4-a-story-that-waits").text


@pytest.mark.parametrize("state", ["too long", "unsupported language", "failed"])
def test_a_story_that_was_not_annotated_says_why(archive: Engine, client: TestClient, state: str) -> None:
    story_id = store_raw(archive, make_raw()).story_id
    annotate_stored(archive, story_id, Annotations(state, reason="the reason <why>"))  # type: ignore[arg-type]
    html = client.get(f"/stories/{story_id}-harbour-talks-begin-in-lisbon").text
    assert f"Not annotated ({state}):" in html
    assert "the reason &lt;why&gt;" in html
    assert text_content(html, "story-text") == TEXT


def test_an_invented_story_says_so_and_only_such_may_be_indexed() -> None:
    robots = '<meta name="robots" content="noindex">'
    assert "This story is invented." in rendered(story_page("x", invented=True))
    assert robots not in rendered(story_page("x", invented=True))
    assert "invented" not in rendered(story_page("x"))
    assert robots in rendered(story_page("x"))


def test_a_story_without_a_date_is_undated() -> None:
    assert "undated" in rendered(story_page("x", published_at=None))


def test_a_headline_of_ours_is_said_to_be_ours() -> None:
    assert "without a headline" in rendered(story_page("x", title_is_ours=True))


def test_references_stand_at_the_foot_and_are_marked_in_the_text() -> None:
    html = rendered(story_page("It rained. gulf-news.example", references=((11, 28),)))
    assert "<li>gulf-news.example</li>" in html
    assert '<span class="ref">gulf-news.example</span>' in html


@pytest.mark.parametrize(
    ("reason", "words"), [("for fear of losing the job", "Reason given: for fear"), (None, "No reason stated")]
)
def test_an_unnamed_source_shows_the_reason_or_that_there_is_none(reason: str | None, words: str) -> None:
    html = rendered(story_page("a port official", sources=(source(1, (0, 15), reason=reason),)))
    assert words in html
    assert ("anonymous</strong>" in html) is (reason is not None)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "ftp://x.example"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert url not in addresses(rendered(story_page("x", url=url)))


def test_a_web_address_is_a_link_that_tells_the_other_side_nothing() -> None:
    html = rendered(story_page("x"))
    assert ("a", {"href": "https://harbour.example/dockers", "rel": "noopener noreferrer nofollow"}) in tags(html)


HOSTILE = "<script>alert(1)</script>\" onmouseover='x' {{ 7 * 7 }} </div></main>"


def test_hostile_words_never_become_markup(archive: Engine, client: TestClient) -> None:
    raw = make_raw(f"{HOSTILE}\n\n{HOSTILE} said.", outlet=HOSTILE, url=f"https://x.example/{HOSTILE}")
    story_id = store_story(archive, replace(raw, title=HOSTILE))
    for address in ("/", f"/stories/{story_id}", f"/?q={HOSTILE}", f"/people?q={HOSTILE}", f"/sources?q={HOSTILE}"):
        html = client.get(address, follow_redirects=True).text
        assert "<script>alert" not in html
        assert not any("onmouseover" in given for _tag, given in tags(html))
        assert "49 " not in html


def test_a_story_of_a_thousand_words_stays_small() -> None:
    sentence = "“We walk,” said Ana Reyes of the port. "
    text = sentence * 125
    ana = actor(1, "Ana Reyes", speaks=125)
    starts = [number * len(sentence) for number in range(125)]
    page = story_page(
        text,
        actors=(ana,),
        quotes=tuple(
            quote(number, (start, start + 10), cue=(start + 11, start + 15), source=(start + 16, start + 25))
            for number, start in enumerate(starts, 1)
        ),
    )
    assert len(rendered(page).encode()) < 100_000
