"""The Jinja environment: strict, escaping, with the filters that pages need."""

import re
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
from app.web.auth import csrf_token, visitor
from app.web.exports import schemaorg
from app.web.exports.alternates import alternates
from app.web.exports.site import Site
from app.web.list_markup import byline, chart, date, facet_values, foreign, snippet, story_cards
from app.web.words import day, number, plural

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

ADDRESS = re.compile(r'\b(href|src|action|formaction)="/(?!/)')


def story_text(text: str) -> Markup:
    """A story's words as markup that reads back the same: a browser turns a bare carriage return into a newline."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped in the same breath


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        text=story_text, day=day, number=number, plural=plural, country=country_name, outside=links.outside
    )
    environment.filters["schema_org"] = schemaorg.data_block
    environment.globals.update(links=links, asset=asset, navigation=NAVIGATION, nothing=Selection())
    environment.globals.update(
        byline=byline,
        chart=chart,
        date=date,
        facet_values=facet_values,
        foreign=foreign,
        snippet=snippet,
        story_cards=story_cards,
    )
    return environment


ENVIRONMENT = _environment()


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page made from a template, whose context also has the `path` of the request and who is signed in.

    `csrf_token` in the context is what the page's forms carry: that of the signed-in user unless the page gives one.
    """
    path, settings, who = request.url.path, request.app.state.settings, visitor(request)
    others = alternates(path, request.url.query) if status == 200 else []
    shown = {"csrf_token": csrf_token(who.secret) if who else "", "site": Site(settings.base_url)} | context
    html = ENVIRONMENT.get_template(template).render(path=path, alternates=others, visitor=who, **shown)
    if hasattr(request.state, "session"):
        # Nothing more is asked, and here is a thread that may wait for the database.
        request.state.session.close()
    response = HTMLResponse(under_prefix(html, settings.prefix), status_code=status)
    if who is not None:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def under_prefix(html: str, prefix: str) -> str:
    """A page whose addresses start with the path under which a proxy shows the archive.

    Templates write them from the root. A story's own quotation marks are escaped, so no words of it are taken for one.
    """
    return ADDRESS.sub(rf'\1="{prefix}/', html) if prefix else html
