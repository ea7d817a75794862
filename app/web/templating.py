"""The Jinja environment: strict, escaping, with the filters that pages need."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from app.country_names import country_name
from app.store.filters import Selection
from app.web import links
from app.web.assets import asset
from app.web.exports import schemaorg
from app.web.exports.alternates import alternates
from app.web.exports.site import Site

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

NAVIGATION = (
    ("/", "Stories"),
    ("/people", "People"),
    ("/organisations", "Organisations"),
    ("/groups", "Groups"),
    ("/countries", "Countries"),
    ("/quotes", "Quotes"),
    ("/sources", "Sources"),
)


def story_text(text: str) -> Markup:
    """A story's words as markup that reads back the same: a browser turns a bare carriage return into a newline."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped in the same breath


def day(moment: datetime | None) -> str:
    """A date in words: "14 March 2026", or "undated"."""
    return f"{moment.day} {moment:%B %Y}" if moment else "undated"


def number(value: int) -> str:
    """A count with thousands apart: "1,234"."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 story", "1,234 stories"; `many` is the singular with an s unless given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        text=story_text, day=day, number=number, plural=plural, country=country_name, outside=links.outside
    )
    environment.filters["schema_org"] = schemaorg.data_block
    environment.globals.update(links=links, asset=asset, navigation=NAVIGATION, nothing=Selection())
    return environment


ENVIRONMENT = _environment()


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page made from a template, whose context also has the `path` of the request."""
    path, settings = request.url.path, request.app.state.settings
    others = alternates(path, request.url.query) if status == 200 else []
    html = ENVIRONMENT.get_template(template).render(
        path=path, alternates=others, site=Site(settings.base_url), **context
    )
    return HTMLResponse(html, status_code=status)
