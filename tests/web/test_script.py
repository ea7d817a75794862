"""What the small scripts of the pages add, in a real browser over the four stories of the page tests."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from app.config import Settings
from app.web.app import create_app
from tests.browsing import in_a_thread
from tests.conftest import find_browser
from tests.databases import Databases

pytestmark = pytest.mark.browser

STORY = "/stories/1-harbour-talks-begin-in-lisbon"


@pytest.fixture(scope="module")
def site(databases: Databases, filled_archive: str) -> Iterator[str]:
    """The address of a server in a thread."""
    with in_a_thread(create_app(Settings(database_url=databases.copy(filled_archive)))) as address:
        yield address


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Page]:
    """A wide page of a browser that lets pages write to the clipboard."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=options)
        context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        yield context.new_page()
        browser.close()


def test_a_quote_can_be_cited(page: Page, site: str) -> None:
    page.goto(STORY)
    page.get_by_role("button", name="Copy citation of quote 1").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    cited = page.evaluate("navigator.clipboard.readText()")
    title = "Harbour talks begin in Lisbon."
    assert cited == f"“We will share the catch,” – Marta Sousa, in “{title}”, Harbour Post, undated, {site}{STORY}#q1"


def test_where_the_clipboard_is_closed_the_citation_is_there_to_copy(page: Page) -> None:
    page.goto(STORY)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Copy citation of quote 2").click()
    expect(page.get_by_role("textbox", name="The citation, to copy")).to_have_value(re.compile("^“Norway would wait”"))


def test_quote_cue_and_source_light_up_together_from_each_of_them(page: Page) -> None:
    page.goto(STORY)
    for words in ("[data-cue='1']", "[data-q='1']", "[data-v='1']"):
        page.locator(f"#story-text {words}").first.hover()
        lit = page.locator("#story-text .lit")
        expect(lit.first).to_be_visible()
        assert {"We will share the catch,", "said", "Sousa"} <= set(lit.all_text_contents()), words
    expect(page.locator(".gloss")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(page.locator(".gloss")).to_be_hidden()


def test_the_map_is_used_by_keyboard(page: Page) -> None:
    page.goto("/countries")
    page.get_by_role("link", name="Speaking").first.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip the map to the table")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".map a:focus title")).to_have_text(re.compile("^(Norway|Portugal): 3 stories$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/countries/(NO|PT)"))
