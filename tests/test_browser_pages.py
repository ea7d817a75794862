"""Every page as a picture, kept for people to look at after the run, and as axe sees it; how much it weighs."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import check, check_all, on_all_screens, open_page, sign_in, signed_in

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/?q=talks&country=ZA&not=outlet:meridian-wire&from=2025-11-01",
    "/?q=flood&country=JP&outlet=meridian-wire",
    "/people",
    "/people?q=nobody",
    "/organisations",
    "/groups",
    "/countries",
    "/countries/ZA?relation=speaking",
    "/quotes?q=water&kind=direct",
    "/quotes?q=zebra",
    "/sources",
    "/sources?unnamed=yes&reason=no",
    "/facets/person?name=a",
    "/about",
    "/help",
    "/login",
    "/api/docs",
    "/stories/1",
    "/stories/9?country=NG#marked",
    "/stories/25#q2",
    # What is wrong: nothing there, a filter that cannot be read, a page that cannot be shown.
    "/nowhere",
    "/?person=x",
    "/?next=x",
)
# Of an archive where much goes wrong: what was taken back, what is not annotated and why, an earlier version, a request
# that has the wrong shape, a crash, a full disk, and the second search of the minute.
ODD_PAGES = {
    "/stories/1": 200,
    "/stories/1/earlier/1": 200,
    "/stories/2": 200,
    "/stories/3": 200,
    "/stories/4": 200,
    "/stories/5": 410,
    "/stories/1/earlier/x": 422,
    "/broken": 500,
    "/busy": 503,
    "/?q=first": 200,
    "/?q=second": 429,
}


GAP_BELOW_OR_ABOVE = """() => {
    const [card, place] = [document.querySelector(".gloss"), document.activeElement].map((each) =>
        each.getBoundingClientRect());
    return Math.round(Math.max(card.top - place.bottom, place.top - card.bottom));
}"""


def test_every_page_fits_its_screen_and_is_accessible(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site)
    actors = []
    for kind in ("people", "organisations", "groups"):
        page.goto(f"/{kind}")
        actors.append(page.locator(f"main a[href^='/{kind}/']").first.get_attribute("href") or "")
    for path in (*PAGES, *actors):
        page.goto(path)
        check_all(page, path)
    assert complaints == []
    context.close()


def test_pages_of_what_is_wrong_are_accessible_too(browser: Browser, odd_site: str) -> None:
    context, page, complaints = open_page(browser, odd_site)
    for path, status in ODD_PAGES.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path
        check_all(page, f"odd-{path}")
    assert complaints == []
    context.close()


def test_an_open_card_is_accessible(browser: Browser, demo_site: str) -> None:
    context, page, complaints = open_page(browser, demo_site)
    page.goto("/stories/1")
    for screen in on_all_screens(page):
        page.locator("#story-text a").first.focus()
        page.keyboard.press("Tab")
        expect(page.locator(".gloss")).to_be_visible()
        assert page.evaluate(GAP_BELOW_OR_ABOVE) == 4, "the card stands at what it is about"
        check(page, f"story-card-{screen}")
        page.keyboard.press("Escape")
        expect(page.locator(".gloss")).to_be_hidden()
    assert complaints == []
    context.close()


def test_no_page_is_heavy(browser: Browser, demo_site: str) -> None:
    context, _page, _ = open_page(browser, demo_site)
    many = "&".join(f"country={code}" for code in ("AR", "GH", "PH", "SN", "US", "ZA"))
    limits = {"/": 50_000, f"/?{many}": 50_000, "/quotes": 50_000, "/sources": 50_000, "/countries": 120_000}
    for address, limit in (limits | {f"/stories/{number}": 100_000 for number in (1, 9, 25)}).items():
        assert len(context.request.get(address).body()) < limit, address
    context.close()


def test_nothing_jumps_while_a_page_loads(browser: Browser, demo_site: str) -> None:
    context, page, _ = open_page(browser, demo_site)
    page.add_init_script(
        "window.jumped = 0; new PerformanceObserver((list) => list.getEntries().forEach((each) => "
        "{ window.jumped += each.value; })).observe({ type: 'layout-shift', buffered: true });"
    )
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/", "/?q=flood", "/stories/9", "/stories/9#q3", "/stories/9?country=NG", "/countries", "/quotes"):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.jumped") < 0.01, (path, width)
    context.close()


def test_an_account_is_accessible(browser: Browser, demo_site: str, signed_in_as: str) -> None:
    context, page, complaints = open_page(browser, demo_site)
    page.goto("/login")
    page.get_by_label("Name").fill(signed_in_as)
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_all(page, "login-wrong")
    sign_in(page, signed_in_as, "/account")
    check_all(page, "account")
    page.goto("/stories/2")
    check_all(page, "story-of-a-user")
    assert complaints == []
    context.close()


def test_pages_that_add_and_delete_are_accessible(browser: Browser, empty_site: str) -> None:
    context, page, complaints = signed_in(browser, empty_site)
    check_all(page, "add")
    page.get_by_role("button", name="Look at it").click()  # the browser asks for the text
    page.get_by_role("textbox", name="Text").fill("x" * 3)
    page.get_by_label("Address on the web").fill("ftp://a.example")
    page.get_by_role("button", name="Look at it").click()
    check_all(page, "add-trouble")
    page.get_by_label("Address on the web").fill("")
    page.get_by_role("textbox", name="Text").fill(
        "A quay was built in a day, said the mayor.\n\nReferences: Town hall notice; The Courier"
    )
    page.get_by_role("button", name="Look at it").click()
    check_all(page, "add-preview")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved")
    check_all(page, "add-result")
    page.get_by_role("link", name=re.compile("^A quay")).click()
    page.get_by_role("link", name="Delete this story").click()
    check_all(page, "delete")
    page.get_by_role("button", name="Delete the story").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This story was taken back")
    assert complaints == []
    context.close()
