"""The web application: every page's router, static files, headers and error pages put together."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.config import Settings, get_settings
from app.executors import executor
from app.read.fetch import Limits
from app.read.visit import Visitor
from app.store.db import make_engine
from app.web import api, long_work
from app.web.assets import BASE, STATIC, ImmutableFiles
from app.web.auth import require_reader
from app.web.caching import Revalidation, answer_head
from app.web.drafts import Drafts
from app.web.errors import add_error_pages
from app.web.exports import routes as exports
from app.web.metrics import Metrics
from app.web.pages import (
    about,
    actors,
    add,
    api_docs,
    countries,
    delete,
    facet,
    feeds,
    health,
    login,
    metrics,
    quotes,
    retry,
    sources,
    stories,
    story,
)
from app.web.prefix import UnderPrefix
from app.web.request_log import RequestLog
from app.web.security import SecurityHeaders
from app.web.throttle import Throttle, require_patience

# What everybody may see, even where reading is closed.
OPEN_PAGES = (login.router, health.router)
PAGES = (
    stories.router,
    exports.router,  # before the page of a story, to which "12.ninjs.json" is a wrong number
    story.router,
    delete.router,
    retry.router,
    feeds.router,
    add.router,
    facet.router,
    actors.router,
    countries.router,
    quotes.router,
    sources.router,
    about.router,
    api_docs.router,
    metrics.router,
)
for _router in (*OPEN_PAGES, *PAGES, api.router):
    answer_head(_router)

# So many threads make pages; the rest of those who ask wait in line. One of them computes at a time, and more of them
# only take the turn from each other, unless they wait for a server of PostgreSQL.
PAGES_AT_ONCE = {"sqlite": 2, "postgresql": 4}

# A third of the time of zlib's own default, 6, for a sixteenth more bytes.
COMPRESSION = 3

# A page of a long story is made of some thousand values, all of which are let go of when it is sent: only after more
# than these does the collector look for what is not.
YOUNG_VALUES = 10_000


def spare_collecting() -> None:
    """Before a server starts: what is here stays; to look through it takes a tenth of a second, within some request."""
    gc.freeze()
    gc.set_threshold(YOUNG_VALUES)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the archive that the settings name."""
    settings = settings or get_settings()
    app = FastAPI(
        title="Newsgloss",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        servers=[{"url": settings.prefix or "/"}],
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.engine = make_engine(settings.database_url)
    app.state.throttle = Throttle()
    app.state.metrics = Metrics(app.state.engine) if settings.metrics else None
    app.state.annotators = executor()  # starts no process before the first story is sent
    app.state.long_work = CapacityLimiter(long_work.AT_ONCE)
    app.state.drafts = Drafts()
    app.state.visitor = Visitor(Limits.of(settings))
    app.add_middleware(Revalidation)
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    if settings.prefix:
        app.add_middleware(UnderPrefix, prefix=settings.prefix)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    add_error_pages(app)
    # Each is tried in turn, so what is asked for most comes first.
    for router in (*PAGES, api.router):
        app.include_router(router, dependencies=[Depends(require_patience), Depends(require_reader)])
    for router in OPEN_PAGES:
        app.include_router(router)
    app.mount(BASE, ImmutableFiles(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = PAGES_AT_ONCE[app.state.engine.dialect.name]
    yield
    app.state.annotators.shutdown(cancel_futures=True)
    app.state.engine.dispose()
