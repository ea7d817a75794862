import json
from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.bench.draw import batches, draw
from app.bench.generate import NotEmptyError, generate
from app.bench.pages import pairs_of_filters, sixteen_pages
from app.cli import app
from app.config import get_settings
from app.store import archive
from app.store.db import make_engine, migrate
from app.store.models import PART

PAGES = {
    *("list", "person_frequent", "person_rare", "person_and_country", "two_people", "speaker", "focus"),
    *("search_rare", "search_frequent", "search_and_person", "facet_search"),
    *("actor", "country", "quotes", "story", "atom"),
}
STORIES = 240


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an archive of generated stories."""
    url = f"sqlite:///{tmp_path_factory.mktemp('generated') / 'archive.db'}"
    migrate(url)
    generate(url, STORIES, seed=1, on_stories=lambda _: None)
    return url


@pytest.fixture
def settled(generated: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NEWSGLOSS_DATABASE_URL", generated)
    get_settings.cache_clear()
    return generated


def test_the_counts_of_generated_stories_are_those_of_their_rows(generated: str) -> None:
    engine = make_engine(generated)
    with Session(engine) as session:
        assert archive.counts(session)["stories"] == STORIES
        assert archive.counts(session)["quotes"] == 5 * STORIES
        assert archive.wrong_counts(session) == {}
    engine.dispose()


def test_what_is_marked_stands_in_the_text() -> None:
    rows = draw(batches(1, STORIES, 50)[0])
    texts: dict[int, str] = {story: text for story, text in rows["story_text"]}  # noqa: C416
    assert {texts[story][start:end] for story, start, end, *_ in rows["toponym"]}
    for quote in rows["quote"]:
        pieces = [row for row in rows["quote_piece"] if row[0] == quote[0] and row[1] == PART.number("content")]
        assert [texts[quote[1]][start:end] for _, _, start, end in pieces] == [quote[5]]


def test_the_same_seed_draws_the_same_stories() -> None:
    first = batches(3, 500, 50)[1]
    assert draw(first) == draw(first)
    assert draw(first)["story_text"] != draw(batches(4, 500, 50)[1])["story_text"]


def test_an_archive_with_stories_is_not_filled(generated: str) -> None:
    with pytest.raises(NotEmptyError):
        generate(generated, 1, seed=1, on_stories=lambda _: None)


def test_each_page_is_asked_by_its_name_and_pairs_of_filters_too(settled: str) -> None:
    engine = make_engine(settled)
    with Session(engine) as session:
        pages = sixteen_pages(session)
        assert set(pages) == PAGES | {"hello"}
        assert all(path.startswith("/") for paths in pages.values() for path in paths)
        assert len(pairs_of_filters(session)) > 100
    engine.dispose()


def test_pages_are_measured_beside_a_bare_one(settled: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["bench", "pages", "--rounds", "1", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["stories"] == STORIES
    assert set(found["concurrency"]) == {"1", "8"}
    for each in found["concurrency"].values():
        assert set(each["hello"]) == {"p50_ms", "p99_ms", "rps"}
        assert set(each["pages"]) == PAGES
        assert all(set(page) == {"p50_ms", "p99_ms", "rps", "times_hello"} for page in each["pages"].values())
