from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from app.store import search
from app.store.db import is_current, make_engine, migrate, write_session


def test_the_migrations_make_the_tables_of_the_models(migrated_file: Path) -> None:
    engine = make_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not search.is_search_table(name or ""),
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    assert is_current(engine)
    engine.dispose()


def test_the_link_tables_are_made_without_rowid(migrated_file: Path, tmp_path: Path) -> None:
    migrated = make_engine(f"sqlite:///{migrated_file}")
    created = make_engine(f"sqlite:///{tmp_path / 'created.db'}")
    SQLModel.metadata.create_all(created)
    options = ("WITHOUT ROWID", "AUTOINCREMENT")
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
    with migrated.connect() as one, created.connect() as other:
        by_migration = {name: [option for option in options if option in sql] for name, sql in one.execute(query)}
        by_model = {name: [option for option in options if option in sql] for name, sql in other.execute(query)}
    assert {name: by_migration[name] for name in by_model} == by_model
    assert sum("WITHOUT ROWID" in found for found in by_model.values()) == 10
    migrated.dispose()
    created.dispose()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    migrate(url)
    migrate(url)
    engine = make_engine(url)
    with write_session(engine) as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    engine.dispose()
