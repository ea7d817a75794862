from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlmodel import SQLModel

from alembic import command
from app.store import search, soundness
from app.store.db import _alembic_config as alembic_config
from app.store.db import is_current, make_engine, migrate, write_session
from app.store.models import Word
from tests.databases import Databases
from tests.factories import NOW, make_raw, store_raw, store_story


def test_the_migrations_make_the_tables_of_the_models(archive: Engine) -> None:
    with archive.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not search.is_search_table(name or ""),
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    assert is_current(archive)


def test_the_link_tables_are_made_without_rowid(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'migrated.db'}")
    migrated = make_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
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


def test_migrating_again_changes_nothing(databases: Databases, empty_archive: str) -> None:
    url = databases.copy(empty_archive)
    migrate(url)
    engine = make_engine(url)
    assert is_current(engine)
    engine.dispose()


def test_every_table_can_be_taken_back(databases: Databases, empty_archive: str) -> None:
    config = alembic_config()
    config.attributes["url"] = databases.copy(empty_archive)
    command.downgrade(config, "base")
    engine = make_engine(config.attributes["url"])
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_an_archive_of_the_former_layout_is_brought_along(databases: Databases, empty_archive: str) -> None:
    config = alembic_config()
    config.attributes["url"] = databases.copy(empty_archive)
    engine = make_engine(config.attributes["url"])
    story_id = store_story(engine, make_raw(published_at=NOW + timedelta(milliseconds=700)))
    before = everything_in(engine)
    command.downgrade(config, "0006")
    command.upgrade(config, "head")
    assert everything_in(engine) == before
    with write_session(engine) as session:
        assert soundness.problems(session) == []
        found = search.snippets(session, "story", [story_id], search.parse("fishermen"))
        assert ("Fishermen", True) in found[story_id]
    assert store_raw(engine, make_raw()).outcome == "duplicate"
    engine.dispose()


def test_words_are_numbered_as_archives_have_them() -> None:
    # Whoever adds one puts it last; any other change needs a migration.
    migration = ScriptDirectory.from_config(alembic_config()).get_revision("0022").module
    kept = {
        table: {name: tuple(words) for name, words in columns.items()} for table, columns in migration.WORDS.items()
    }
    told: dict[str, dict[str, tuple[str, ...]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Word):
                first = kept[table.name][column.name]
                told.setdefault(table.name, {})[column.name] = column.type.words[: len(first)]
    assert told == kept


def everything_in(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in SQLModel.metadata.sorted_tables
        }


def test_a_connection_to_sqlite_writes_ahead_and_keeps_references_whole(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'archive.db'}")
    with write_session(engine) as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    engine.dispose()
