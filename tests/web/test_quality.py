from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.web import quality
from app.web.quality import Measured, tables

DOCUMENT = """# How good it is

Some words.

## Quotes and `speakers`

| What | F1 |
|---|---:|
| **direct** | 95.1 |
| [speakers](#speakers) | 88.0 |

Measured with

    newsgloss evaluate quotes gold.jsonl

## Without figures

Nothing here.
"""


def test_tables_are_read_with_their_heading_and_commands() -> None:
    rows = (("direct", "95.1"), ("speakers", "88.0"))
    commands = ("newsgloss evaluate quotes gold.jsonl",)
    assert list(tables(DOCUMENT)) == [Measured("Quotes and speakers", ("What", "F1"), rows, commands)]


@pytest.mark.parametrize("markdown", ["", "words", "# A\n\n| a |\n", "# A\n|---|\n", "|a|\n|b|"])
def test_a_document_without_tables_has_none(markdown: str) -> None:
    assert list(tables(markdown)) == []


@pytest.mark.parametrize("text", [DOCUMENT, None])
def test_the_page_shows_what_was_measured(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    path = tmp_path / "quality.md"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(quality, "QUALITY", path)
    quality.measured.cache_clear()
    html = client.get("/about").text
    quality.measured.cache_clear()
    assert ("88.0" in html) is (text is not None)
    assert ("newsgloss evaluate quotes" in html) is (text is not None)
    assert "Reporting an error" in html
