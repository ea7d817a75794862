"""What the documents say is what the program does."""

import re
from pathlib import Path

from typer.main import get_command

from app.cli import app
from app.config import Settings

ROOT = Path(__file__).parents[1]
INTRODUCTION = """\
# Settings

Environment variables, or lines in a file `.env` where Newsgloss is started.

| variable | default | what it sets |
|---|---|---|
"""


def test_the_settings_page_lists_every_setting() -> None:
    rows = [
        f"| `NEWSGLOSS_{name.upper()}` | `{field.default}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    assert (ROOT / "docs/settings.md").read_text() == INTRODUCTION + "\n".join(rows) + "\n"


def test_the_readme_names_every_command_and_no_other() -> None:
    named = set(re.findall(r"^\| `newsgloss (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert named == set(commands)


def test_links_in_the_documents_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "seeds/README.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_test_that_the_readme_names_exists() -> None:
    named = re.findall(r"\| \[([^\]|]+)\]\((tests/[^)]+\.py)\) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(named) >= 17
    for words, file in named:
        assert f"def test_{words.replace(' ', '_')}(" in (ROOT / file).read_text(), words
