"""The web application: every page's router, static files, headers and error pages put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app.config import Settings, get_settings
from app.executors import executor
from app.store.db import make_engine
from app.web import api
from app.web.assets import BASE, STATIC, ImmutableFiles
from app.web.caching import Revalidation, answer_head
from app.web.errors import add_error_pages
from app.web.exports import routes as exports
from app.web.pages import about, actors, api_docs, countries, facet, health, quotes, sources, stories, story
from app.web.security import SecurityHeaders

PAGES = (
    exports.router,  # first: to the page of a story, "12.ninjs.json" is a wrong number
    stories.router,
    story.router,
    facet.router,
    actors.router,
    countries.router,
    quotes.router,
    sources.router,
    about.router,
    health.router,
    api_docs.router,
)

# zlib's own default: level 9 takes half as long again for one hundredth less.
COMPRESSION = 6


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the archive that the settings name."""
    settings = settings or get_settings()
    app = FastAPI(
        title="Newsgloss", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json", lifespan=_lifespan
    )
    app.state.settings = settings
    app.state.engine = make_engine(settings.database_url)
    app.state.annotators = executor()  # starts no process before the first story is sent
    app.add_middleware(Revalidation)
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION)
    app.add_middleware(SecurityHeaders)
    add_error_pages(app)
    app.mount(BASE, ImmutableFiles(directory=STATIC), name="static")
    for router in PAGES:
        answer_head(router)
        app.include_router(router)
    app.include_router(api.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.annotators.shutdown(cancel_futures=True)
    app.state.engine.dispose()
