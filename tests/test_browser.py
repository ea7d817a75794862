"""The whole of Newsgloss as its users meet it: the demo stories, the real server, a real browser."""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import Session

from app.store.db import make_engine
from app.store.story_page import get_story
from tests.browsing import check_all, keep_picture, open_page, sign_in, signed_in
from tests.factories import TEXT

pytestmark = pytest.mark.browser

RETOLD = "Trump hosts Netanyahu as first round of Gaza talks in Qatar stalls"


def number_in(words: str) -> int:
    found = re.search(r"\d+", words)
    assert found is not None, words
    return int(found[0])


def test_from_the_list_to_a_quote_to_its_speaker_to_a_country(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/")
    expect(page.get_by_role("heading", name="Stories", exact=True)).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("60 stories")

    # The retold story's people are in it alone, so they are found through the index of people.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    page.get_by_role("searchbox", name=re.compile("people|name", re.IGNORECASE)).last.fill("netanyahu")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Benjamin Netanyahu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Benjamin Netanyahu")
    page.goto("/?q=Netanyahu")
    facet = page.get_by_role("complementary", name="Filters")
    facet.get_by_role("button", name=re.compile("^Benjamin Netanyahu")).first.click()
    expect(page.get_by_role("region", name="Active filters")).to_contain_text("Benjamin Netanyahu")
    page.get_by_role("link", name=RETOLD).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(RETOLD)
    expect(page.locator("#story-text")).to_contain_text("according to Palestinian sources")
    page.get_by_role("link", name=re.compile("^First of")).click()
    expect(page).to_have_url(re.compile("#marked$"))
    page.goto(re.sub(r"[?#].*", "", page.url) + "#q1")
    expect(page.locator("#q1")).to_be_in_viewport()

    page.locator("#story-text a", has_text="Netanyahu").first.click()
    expect(page).to_have_url(re.compile(r"/people/\d+-benjamin-netanyahu$"))
    expect(page.locator("main")).to_contain_text("If people want to stay, they can stay")
    expect(page.locator("main")).to_contain_text("Israel’s Prime Minister")

    page.goto("/?q=Netanyahu")
    page.get_by_role("complementary", name="Filters").get_by_role("button", name=re.compile("^Qatar")).first.click()
    expect(page).to_have_url(re.compile(r"country=QA"))
    expect(page.get_by_role("link", name=RETOLD)).to_be_visible()
    page.get_by_role("link", name=re.compile("Words.*Netanyahu")).click()
    expect(page).to_have_url(re.compile(r"\?country=QA$"))
    assert complaints == []
    context.close()


def test_the_text_in_the_browser_is_the_stored_text(browser: Browser, demo_site: str, demo_url: str) -> None:
    context, page, _ = open_page(browser, demo_site)
    engine = make_engine(demo_url)
    with Session(engine) as session:
        for story_id in range(1, 61):
            story = get_story(session, story_id)
            assert story is not None
            page.goto(f"/stories/{story_id}")
            assert page.locator("#story-text").evaluate("element => element.textContent") == story.text
            assert page.get_by_text("This story is invented.").count() == int(story.invented)
    engine.dispose()
    context.close()


def test_the_shortcuts_are_one_key_away(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site)
    page.goto("/stories/1")
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/help#keys$"))
    context.close()


def test_a_reader_narrows_the_list_down_and_takes_it_along(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/")
    total = number_in(page.get_by_role("status").first.inner_text())
    filters = page.get_by_role("complementary", name="Filters")
    filters.get_by_role("button", name=re.compile("^Meridian Wire")).first.click()
    wire = number_in(page.get_by_role("status").first.inner_text())
    assert 0 < wire < total
    page.goto("/?not=outlet:meridian-wire")
    assert number_in(page.get_by_role("status").first.inner_text()) == total - wire
    expect(page.get_by_role("region", name="Active filters")).to_contain_text("Meridian Wire")

    page.goto("/")
    page.locator("main svg a").last.click()
    expect(page).to_have_url(re.compile(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d"))
    month = number_in(page.get_by_role("status").first.inner_text())
    assert 0 < month < total
    query = page.url.partition("?")[2]
    for path in ("/stories.csv", "/stories.jsonl", "/stories.atom", "/api/v1/stories"):
        answer = context.request.get(f"{path}?{query}")
        assert answer.ok, path
    assert len(context.request.get(f"/stories.jsonl?{query}").text().splitlines()) == month

    page.goto("/facets/person")
    page.get_by_role("main").get_by_role("searchbox").fill("mabaso")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("button", name=re.compile("^Thandeka Mabaso")).first.click()
    expect(page.get_by_role("region", name="Active filters")).to_contain_text("Thandeka Mabaso")
    keep_picture(page, "list-filtered")
    assert complaints == []
    context.close()


def test_a_researcher_finds_words_said_and_what_rests_on_nobody_named(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/quotes?q=stay&kind=direct")
    expect(page.get_by_role("main")).to_contain_text("If people want to stay, they can stay")
    page.goto("/sources?unnamed=yes")
    expect(page.get_by_role("main")).to_contain_text("no reason stated")
    keep_picture(page, "unnamed-sources")
    page.goto("/people?initial=N")
    names = page.locator("main a[href^='/people/']").all_inner_texts()
    assert names
    assert "Benjamin Netanyahu" not in names
    page.goto("/stories/1")
    kinds = {
        link.get_attribute("type"): link.get_attribute("href")
        for link in page.locator("head link[rel=alternate]").all()
    }
    for address in kinds.values():
        assert address is not None
        assert context.request.get(address).ok, address
    assert any("anno.jsonld" in (kind or "") for kind in kinds)
    assert complaints == []
    context.close()


def test_a_card_stays_while_it_is_pointed_at_and_goes_with_escape(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/stories/1")
    card = page.locator(".gloss")
    page.locator("#story-text .cue").first.hover()
    expect(card).to_be_visible()
    for part in (".q.lit", ".cue.lit", ".src.lit"):
        assert page.locator(f"#story-text {part}").count(), "a quote, its cue and its source light up together"
    card.hover()
    page.wait_for_timeout(500)  # longer than a card that nobody points at stays
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert complaints == []
    context.close()


def test_a_facet_s_value_can_be_left_out_and_searched_for(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/")
    total = number_in(page.get_by_role("status").first.inner_text())
    filters = page.get_by_role("complementary", name="Filters")
    filters.get_by_role("button", name="leave out Thandeka Mabaso").first.click()
    expect(page.get_by_role("region", name="Active filters")).to_contain_text("Not person")
    assert 0 < number_in(page.get_by_role("status").first.inner_text()) < total
    page.get_by_role("complementary", name="Filters").get_by_role("button", name="more… People").click()
    expect(page).to_have_url(re.compile(r"/facets/person\?not=person"))
    page.goto("/?q=flood&country=JP&outlet=meridian-wire")
    page.get_by_role("link", name=re.compile("^without country")).click()
    expect(page).to_have_url(re.compile(r"\?q=flood&outlet=meridian-wire$"))
    assert complaints == []
    context.close()


def test_layers_can_be_switched_off_and_stay_off(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/stories/1")
    mention = page.locator("#story-text a", has_text="Netanyahu").first
    tinted = "element => getComputedStyle(element).backgroundColor"
    plain = page.locator("#story-text p").first.evaluate(tinted)
    assert mention.evaluate(tinted) != plain
    page.get_by_role("checkbox", name="actors").uncheck()
    assert mention.evaluate(tinted) == plain
    page.reload()
    assert mention.evaluate(tinted) == plain
    assert complaints == []
    context.close()


def test_without_layers_the_text_is_plain(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/stories/25")
    marked = """() => [...document.querySelectorAll("#story-text *")].filter((each) => {
        const style = getComputedStyle(each);
        const around = ["::before", "::after"].map((part) => getComputedStyle(each, part).content);
        return style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.textDecorationLine !== "none"
            || style.borderBottomStyle !== "none" || style.fontStyle !== "normal"
            || around.some((content) => !["none", "normal"].includes(content));
    }).map((each) => each.outerHTML)"""
    assert page.evaluate(marked)
    for layer in ("actors", "quotes", "sources"):
        page.get_by_role("checkbox", name=layer).uncheck()
    assert page.evaluate(marked) == []
    context.close()


def test_a_quote_is_cited_and_single_keys_can_be_switched_off(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/stories/25")
    page.get_by_role("complementary").get_by_role("button", name="Copy citation of quote 2").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    cited = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"“.+” – .+, in “Durban dockers .+”, Meridian Wire, 9 January 2026, http.+#q2$", cited), cited
    page.goto("/help")
    page.get_by_role("checkbox", name="Use single-key shortcuts").uncheck()
    page.goto("/stories/25")
    page.keyboard.press("j")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(r"/stories/25[^#]*$"))
    context.close()


def test_the_map_is_used_by_keyboard(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/countries")
    page.get_by_role("link", name="Skip the map to the table").press("Enter")
    expect(page.locator("#table")).to_be_focused()
    page.get_by_role("link", name=re.compile(r"^Brazil: \d+ stor")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Brazil")
    context.close()


def test_quotes_can_be_stepped_through_by_keyboard(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site, viewport={"width": 1280, "height": 900})
    page.goto("/stories/1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("#q2$"))
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile("#q1$"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    context.close()


def test_everything_is_readable_without_script(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox").first.fill("harbour")
    page.get_by_role("button", name="Search").first.click()
    expect(page).to_have_url(re.compile(r"\?q=harbour$"))
    page.locator("article h2 a").first.click()
    expect(page.get_by_role("heading", name="In this story")).to_be_visible()
    context.close()


def test_feeds_are_looked_after_by_keyboard(browser: Browser, demo_site: str, signed_in_as: str) -> None:
    context, page, complaints = open_page(browser, demo_site)
    sign_in(page, signed_in_as, "/feeds")
    # A private address, so that it fails at once and asks nobody.
    page.get_by_label("Address of the feed").fill(f"http://192.168.0.1/{'a-long-address/' * 8}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 added")
    feed = page.locator("section.watched").last
    for _ in range(50):
        page.goto("/feeds")
        if feed.get_by_text("is inside a private").count():
            break
        page.wait_for_timeout(200)
    page.locator("details").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    check_all(page, "feeds")
    feed.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Paused")
    feed.get_by_text("Remove:").press("Enter")
    feed.get_by_role("button", name="Remove this feed").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Removed")
    expect(page.get_by_role("heading", name="0 feeds")).to_be_visible()
    assert complaints == []
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_user_adds_a_story_sees_it_annotated_and_deletes_it(browser: Browser, empty_site: str, script: bool) -> None:
    context, page, complaints = signed_in(browser, empty_site, java_script_enabled=script)
    page.get_by_label("Headline").fill("Harbour talks")
    page.get_by_role("textbox", name="Text").fill(TEXT)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Save this story?")
    expect(page.get_by_role("region", name="Text of Harbour talks")).to_contain_text("Marta Sousa")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("main")).to_contain_text("1 added")
    expect(page.get_by_role("main")).to_contain_text("annotated, 3 quotes", timeout=60_000)

    page.get_by_role("link", name="Harbour talks").click()
    expect(page.get_by_role("region", name="In this story")).to_contain_text("Marta Sousa")
    page.get_by_role("link", name="Delete this story").click()
    page.get_by_role("button", name="Delete the story").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This story was taken back")
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text("There are no stories yet")
    assert complaints == []
    context.close()


def test_files_are_uploaded_and_mistakes_are_said_on_the_spot(browser: Browser, empty_site: str) -> None:
    context, page, complaints = signed_in(browser, empty_site)
    field, button = page.get_by_label("Files", exact=True), page.get_by_role("button", name="Read and look")
    field.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"One.\n\nTwo."})
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Save this story?")
    expect(page).to_have_url(re.compile("/add/[^/]{20,}$"))
    page.get_by_role("link", name="Do not save").click()
    page.get_by_label("Address of a story").fill("https://user:secret@news.example/")
    page.get_by_role("button", name="Fetch and look").click()
    expect(page.get_by_role("alert")).to_contain_text("user name or password")
    assert complaints == []
    context.close()
