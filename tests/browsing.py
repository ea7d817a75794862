"""What tests in a browser share: archives, servers over them, a Chromium, pages and what is wrong with them."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.spans import Annotations
from app.store.db import make_engine, migrate, write_session
from app.store.stories import delete_stories
from app.web.app import create_app
from tests.conftest import find_browser
from tests.factories import (
    NOW,
    PASSWORD,
    TEXT,
    add_user,
    annotate_stored,
    lisbon_annotations,
    make_raw,
    store_raw,
    store_story,
)

# Light and dark, on a desk and on a telephone.
SCREENS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 1280), ("dark", 320), ("light", 320)]

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
PICTURES = ROOT / "screenshots"


def run(*arguments: str, url: str, words: str | None = None) -> None:
    environment = {**os.environ, "NEWSGLOSS_DATABASE_URL": url}
    command = [sys.executable, "-m", "app.cli", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, input=words, text=True)


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive with the demo stories, annotated by the real pipeline."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'archive.db'}"
    run("add", str(SEEDS), url=url)
    return url


@pytest.fixture(scope="session")
def demo_site(demo_url: str) -> Iterator[str]:
    """The address of a server over the demo stories."""
    with serving(demo_url) as address:
        yield address


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, with a worker, over an archive with a user and no stories."""
    url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'archive.db'}"
    run("users", "add", "ana", "--password-stdin", url=url, words=PASSWORD)
    with serving(url) as address:
        yield address


@pytest.fixture(scope="session")
def odd_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server where much is wrong: /broken crashes, /busy finds no disk, a search a minute is taken.

    Of the stories one was changed since, one is not English, one failed, one waits and the last was taken back.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('odd') / 'archive.db'}"
    migrate(url)
    engine = make_engine(url)
    raws = [make_raw(f"{TEXT} Edition {number}.", url=f"https://courier.example/{number}") for number in range(5)]
    _changed, german, failed, _waits, gone = (store_raw(engine, raw).story_id for raw in raws)
    store_story(engine, make_raw(f"{TEXT} Changed.", url="https://courier.example/0"), lisbon_annotations())
    annotate_stored(engine, german, Annotations("unsupported language", language="de", reason="it is in German"))
    annotate_stored(engine, failed, Annotations("failed", reason="the annotators failed: out of words"))
    with write_session(engine) as session:
        delete_stories(session, [gone], now=NOW)
    engine.dispose()
    app = create_app(Settings(database_url=url, searches_per_minute=1))
    app.add_api_route("/broken", lambda: 1 / 0)
    app.add_api_route("/busy", _busy)
    with in_a_thread(app) as address:
        yield address


def _busy() -> None:
    raise OperationalError("SELECT", {}, Exception("the disk is full"))


@contextmanager
def in_a_thread(app: FastAPI) -> Iterator[str]:
    """The address of an app that a thread serves; it logs nothing less than a crash of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def serving(url: str) -> Iterator[str]:
    """The address of a server over that archive."""
    environment = {**os.environ, "NEWSGLOSS_DATABASE_URL": url}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        yield found[0].rstrip("/")
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; not for the whole session, since it holds an event loop that other tests need."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=options)
        yield browser
        browser.close()


def open_page(browser: Browser, site: str, **context: object) -> tuple[BrowserContext, Page, list[str]]:
    """A page, and a list of what it complains of: script errors, refused styles, requests to other hosts."""
    opened = browser.new_context(base_url=site, **context)  # type: ignore[arg-type]
    page = opened.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda sent: complaints.append(sent.url) if not sent.url.startswith((site, "data:")) else None)
    return opened, page, complaints


def on_all_screens(page: Page) -> Iterator[str]:
    """Show the page, loaded once, on each screen in turn; yields what to call a picture of it."""
    for scheme, width in SCREENS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        yield f"{width}-{scheme}"


def check_all(page: Page, name: str) -> None:
    """Check the page on all screens."""
    for screen in on_all_screens(page):
        check(page, f"{name}-{screen}")


def check(page: Page, name: str) -> None:
    """Keep a picture of the page; it must fit its screen, and axe must find nothing."""
    keep_picture(page, name)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if page.evaluate("window.axe === undefined"):
        page.evaluate(Axe().axe_script)
    found = AxeResults(page.evaluate("axe.run({ resultTypes: ['violations'], preload: false })"))
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


def keep_picture(page: Page, name: str) -> None:
    """Save what the page looks like, for people to look at after the run; a busy machine may fail to."""
    with suppress(Error):
        page.screenshot(path=PICTURES / f"{re.sub(r'[^a-z0-9-]+', '_', name)}.png")


@pytest.fixture(scope="session")
def signed_in_as(demo_url: str) -> str:
    """The name of a user, with PASSWORD."""
    engine = make_engine(demo_url)
    add_user(engine, "ana")
    engine.dispose()
    return "ana"


def sign_in(page: Page, name: str, then: str) -> None:
    """Sign in on the way to an address."""
    page.goto(then)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"{re.escape(then)}$"))


def signed_in(browser: Browser, site: str, **context: object) -> tuple[BrowserContext, Page, list[str]]:
    """A page of a user's, at /add."""
    opened, page, complaints = open_page(browser, site, **context)
    sign_in(page, "ana", "/add")
    return opened, page, complaints
