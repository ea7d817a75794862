import pytest

from app.read.fetch import FetchError
from app.read.visit import Visitor
from tests.site import Site

ROBOTS = "User-agent: *\nDisallow: /private/\nCrawl-delay: 7\n\nUser-agent: Newsgloss\nDisallow: /no/\nCrawl-delay: 3\n"


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def visitor(site: Site, clock: Clock, **changed: float) -> Visitor:
    return Visitor(site.limits(**changed), clock=clock, sleep=clock.sleep)


def test_what_robots_txt_forbids_us_is_not_fetched(site: Site) -> None:
    site.page("/robots.txt", ROBOTS, "text/plain")
    site.page("/no/story", "secret")
    site.page("/private/story", "<p>Ours")
    ours = visitor(site, Clock())
    with pytest.raises(FetchError, match=r"robots\.txt of 127\.0\.0\.1 asks"):
        ours.fetch(site.url + "/no/story")
    assert site.asked["/no/story"] == 0
    assert ours.fetch(site.url + "/private/story").status == 200
    assert site.asked["/robots.txt"] == 1


def test_a_redirect_to_what_is_forbidden_is_not_followed(site: Site) -> None:
    site.page("/robots.txt", ROBOTS, "text/plain")
    with pytest.raises(FetchError, match=r"robots\.txt"):
        visitor(site, Clock()).fetch(site.redirect("/go", "/no/story"))
    assert site.asked["/no/story"] == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_txt_everything_is_allowed(site: Site, status: int) -> None:
    site.status("/robots.txt", status)
    assert visitor(site, Clock()).allowed(site.url + "/story")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_cannot_say_is_asked_again_later(site: Site, status: int) -> None:
    clock = Clock()
    ours = visitor(site, clock)
    site.status("/robots.txt", status)
    story = site.page("/story", "<p>Here")
    for _ in range(2):
        with pytest.raises(FetchError, match="try again later"):
            ours.fetch(story)
    assert (site.asked["/robots.txt"], site.asked["/story"]) == (1, 0)
    site.status("/robots.txt", 404)
    clock.now += 301
    assert ours.fetch(story).status == 200


def test_the_rules_are_asked_for_again_after_an_hour(site: Site) -> None:
    clock = Clock()
    ours = visitor(site, clock)
    assert ours.allowed(site.url + "/no/story")
    site.page("/robots.txt", ROBOTS, "text/plain")
    clock.now += 3601
    assert not ours.allowed(site.url + "/no/story")


def test_the_reason_why_a_host_cannot_be_asked_is_not_hidden(site: Site) -> None:
    with pytest.raises(FetchError, match="private or reserved"):
        Visitor(site.limits(allow_loopback=False)).fetch(site.url + "/story")


def test_requests_to_one_host_are_spaced_out(site: Site) -> None:
    story, clock = site.page("/story", "<p>Here"), Clock()
    ours = visitor(site, clock, pause=2)
    for _ in range(3):
        ours.fetch(story)
    assert clock.slept == [2, 2]


def test_a_longer_pause_in_robots_txt_counts(site: Site) -> None:
    site.page("/robots.txt", ROBOTS, "text/plain")
    story, clock = site.page("/story", "<p>Here"), Clock()
    ours = visitor(site, clock, pause=2)
    for _ in range(2):
        ours.fetch(story)
    assert clock.slept == [3]


def test_no_host_makes_us_wait_for_ever(site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 1e308\n" + "Disallow: /" + "*a" * 100_000, "text/plain")
    story, clock = site.page("/story", "<p>Here"), Clock()
    ours = visitor(site, clock)
    for _ in range(2):
        ours.fetch(story)
    assert clock.slept == [60]
