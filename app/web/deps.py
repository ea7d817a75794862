"""What a page's function asks for: a database session and the settings.

Functions that wait for nothing are coroutines here: any other is called in a thread of its own, which takes longer.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.config import Settings


async def _session(request: Request) -> AsyncIterator[Session]:
    # Making one asks nothing of the database yet; ending one asks a server to end what was read, but of a file nothing.
    engine = request.app.state.engine
    session = request.state.session = Session(engine)
    try:
        yield session
    finally:
        if engine.dialect.name == "sqlite":
            session.close()
        elif session.in_transaction():
            await run_in_threadpool(session.close)


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SessionDep = Annotated[Session, Depends(_session)]
SettingsDep = Annotated[Settings, Depends(_settings)]
