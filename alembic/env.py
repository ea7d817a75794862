"""Runs the migrations: on the address given by `app.store.db.migrate`, else on the one in the settings."""

from sqlmodel import SQLModel

from alembic import context
from app.config import get_settings
from app.store import models, search
from app.store.db import make_engine

assert models


def run() -> None:
    url = context.config.attributes.get("url") or get_settings().database_url
    engine = make_engine(url)
    with engine.execution_options(writes=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            include_name=lambda name, type_, _parents: type_ != "table" or not search.is_search_table(name or ""),
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
