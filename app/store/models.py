"""The tables. Offsets are code points into `story_text.text`; times are UTC.

What is in an index and comes from outside (names, addresses, ids) is written as `app.store.keys.index_key` gives it.

A link table's key is (what, sorted_at, story_id), so that the newest stories of a person or country are one walk
along its index; a second index starts with story_id, for rewriting a story and for the facets of a page.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, get_args

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from app.spans import Affiliation, MentionLevel, SourceForm


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps no zone, so it is dropped on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SortTime(TypeDecorator[datetime]):
    """When a story comes in the order of lists, to the second; so many indexes hold it that SQLite keeps a number.

    The number is of seconds since 1970, in UTC (`datetime(sorted_at, 'unixepoch')` shows it).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: D102
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:  # noqa: D102
        if value is None:
            return None
        return to_seconds(value) if dialect.name == "sqlite" else value.astimezone(UTC).replace(microsecond=0)

    def process_result_value(self, value: datetime | int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if isinstance(value, int):
            return EPOCH + timedelta(seconds=value)
        return value.astimezone(UTC) if value is not None else None


@lru_cache
def to_seconds(moment: datetime) -> int:
    """A time as SQLite keeps it where lists are sorted by it."""
    return (moment - EPOCH) // timedelta(seconds=1)


class Key(TypeDecorator[str]):
    """A string that rows are sorted by, in the order of its code points, whatever language a database sorts for."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:  # noqa: D102
        return dialect.type_descriptor(String(collation="C" if dialect.name == "postgresql" else None))


class Word(TypeDecorator[str]):
    """One of a few words, kept as its place among them: every row and index that has it is that much smaller.

    The places are in archives, so a new word comes behind the others.
    """

    impl = SmallInteger
    cache_ok = True

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self.words = words

    def number(self, word: str) -> int:
        """How a word is kept."""
        return self.words.index(word)

    # What is asked for each value of many rows is a mere look-up.

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], int]:  # noqa: ARG002, D102
        numbers: dict[str | None, int] = {word: number for number, word in enumerate(self.words)}
        return numbers.__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int], str | None]:  # noqa: ARG002, D102
        return dict(enumerate(self.words)).get


class Bands(TypeDecorator[Sequence[int]]):
    """A text's bands in one value, four bytes each."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002, D102
        return packed(value) if value is not None else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sequence[int] | None:  # noqa: ARG002, D102
        return struct.unpack(f"<{len(value) // 4}I", value) if value is not None else None


def packed(bands: Sequence[int]) -> bytes:
    """Bands as a story's row keeps them."""
    return struct.pack(f"<{len(bands)}I", *bands)


LEVEL, FORM, AFFILIATION = Word(get_args(MentionLevel)), Word(get_args(SourceForm)), Word(get_args(Affiliation))
PART = Word(("content", "cue", "source"))
RELATION = Word(("mentioned", "focus", "speaking"))

WITHOUT_ROWID = {"sqlite_with_rowid": False}
# The number in an address is never given to another story or actor, even after a deletion.
NEVER_REUSED = {"sqlite_autoincrement": True}
# A story waits for annotation; the index over these stays small however large the archive grows.
WAITS = text("annotated_version IS NULL")
IN_GROUP = text("group_id IS NOT NULL")
UNNAMED_SQLITE, UNNAMED_POSTGRESQL = text("unnamed = 1"), text("unnamed = true")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Outlet(SQLModel, table=True):
    """A publisher of stories."""

    __tablename__ = "outlet"

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, sa_type=Key)
    name: str = Field(unique=True)


class Story(SQLModel, table=True):
    """A story's head; its words are in `story_text`, so that lists never read them."""

    __tablename__ = "story"
    __table_args__ = (
        UniqueConstraint("outlet_id", "external_id", name="uq_story_outlet_external_id"),
        Index("ix_story_sorted", "sorted_at", "id"),
        Index("ix_story_outlet_sorted", "outlet_id", "sorted_at", "id"),
        Index("ix_story_group", "group_id", sqlite_where=IN_GROUP, postgresql_where=IN_GROUP),
        Index("ix_story_waiting", "next_try_at", "id", sqlite_where=WAITS, postgresql_where=WAITS),
        NEVER_REUSED,
    )

    id: int = Field(default=None, primary_key=True)
    slug: str
    title: str
    title_is_ours: bool = False
    lead: str
    url: str | None = None
    url_key: str | None = Field(default=None, unique=True)
    outlet_id: int | None = Field(default=None, foreign_key="outlet.id")
    external_id: str | None = None
    text_hash: str = Field(index=True)
    language: str | None = None
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    added_at: datetime = Field(sa_type=UTCDateTime)
    sorted_at: datetime = Field(sa_type=SortTime)
    word_count: int
    quote_count: int = 0
    group_id: int | None = None
    bands: Sequence[int] | None = Field(default=None, sa_column=Column(Bands))
    state: str = "pending"
    state_reason: str | None = None
    annotated_version: str | None = None
    annotated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    invented: bool = False
    extra: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class StoryText(SQLModel, table=True):
    """A story's words, exactly as given."""

    __tablename__ = "story_text"

    story_id: int = Field(primary_key=True, foreign_key="story.id")
    text: str = Field(sa_column=Column(Text, nullable=False))


class StoryBand(SQLModel, table=True):
    """One of the numbers that make a text's fingerprint; texts that are nearly the same share one.

    Which a story has is told by its `bands`. That takes a third of an index, which a foreign key would want too.
    """

    __tablename__ = "story_band"
    __table_args__ = WITHOUT_ROWID

    band: int = Field(primary_key=True)
    story_id: int = Field(primary_key=True)


class Revision(SQLModel, table=True):
    """What a story said before it was changed at the same address."""

    __tablename__ = "revision"

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="story.id", index=True)
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    replaced_at: datetime = Field(sa_type=UTCDateTime)


class Reference(SQLModel, table=True):
    """One item of the reference list at a story's foot."""

    __tablename__ = "reference"

    story_id: int = Field(primary_key=True, foreign_key="story.id")
    position: int = Field(primary_key=True)
    start_char: int
    end_char: int


class Actor(SQLModel, table=True):
    """A person, organisation or group of the archive; `name_key` is its name as compared."""

    __tablename__ = "actor"
    __table_args__ = (UniqueConstraint("kind", "name_key", name="uq_actor_kind_name_key"), NEVER_REUSED)

    id: int = Field(default=None, primary_key=True)
    slug: str
    kind: str
    name: str
    name_key: str = Field(sa_type=Key)
    country: str | None = None
    merged_into_id: int | None = Field(default=None, foreign_key="actor.id")


class Alias(SQLModel, table=True):
    """A form of an actor's name found in stories.

    `identity_key` is set where the form tells who is meant, `short_key` is the surname in it or its acronym
    (see `app.store.actor_keys`).
    """

    __tablename__ = "alias"

    actor_id: int = Field(primary_key=True, foreign_key="actor.id")
    name: str = Field(primary_key=True)
    name_key: str = Field(index=True)
    identity_key: str | None = Field(default=None, index=True)
    short_key: str | None = Field(default=None, index=True)


class Mention(SQLModel, table=True):
    """A stretch of a story's text that refers to an actor."""

    __tablename__ = "mention"
    __table_args__ = WITHOUT_ROWID

    story_id: int = Field(primary_key=True, foreign_key="story.id")
    start_char: int = Field(primary_key=True)
    end_char: int = Field(primary_key=True)
    actor_id: int = Field(primary_key=True, foreign_key="actor.id")
    level: str = Field(sa_column=Column(LEVEL, nullable=False))
    rule: str


class Toponym(SQLModel, table=True):
    """A stretch of a story's text that leads to a country."""

    __tablename__ = "toponym"
    __table_args__ = WITHOUT_ROWID

    story_id: int = Field(primary_key=True, foreign_key="story.id")
    start_char: int = Field(primary_key=True)
    end_char: int = Field(primary_key=True)
    country: str = Field(primary_key=True)
    rule: str


class Source(SQLModel, table=True):
    """Whom or what a story's information comes from; `position` counts from 1 within the story."""

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("story_id", "position", name="uq_source_story_position"),
        Index("ix_source_form_sorted", "form", "sorted_at", "id"),
        Index("ix_source_sorted", "sorted_at", "id"),
        Index(
            "ix_source_unnamed_sorted",
            "sorted_at",
            "id",
            sqlite_where=UNNAMED_SQLITE,
            postgresql_where=UNNAMED_POSTGRESQL,
        ),
        Index("ix_source_story_form", "story_id", "form"),
    )

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="story.id")
    position: int
    sorted_at: datetime = Field(sa_type=SortTime)
    name: str
    form: str = Field(sa_column=Column(FORM, nullable=False))
    affiliation: str = Field(sa_column=Column(AFFILIATION, nullable=False))
    role: str | None = None
    channel: str | None = None
    former: bool = False
    unnamed: bool = False
    anonymous: bool = False
    reason: str | None = None
    actor_id: int | None = Field(default=None, foreign_key="actor.id")
    country: str | None = None
    quote_count: int = 0
    words: int = 0
    direct_words: int = 0
    rule: str


class SourceMention(SQLModel, table=True):
    """A stretch of a story's text that names a source."""

    __tablename__ = "source_mention"
    __table_args__ = WITHOUT_ROWID

    source_id: int = Field(primary_key=True, foreign_key="source.id")
    start_char: int = Field(primary_key=True)
    end_char: int = Field(primary_key=True)


class Quote(SQLModel, table=True):
    """Words attributed to somebody; `position` counts from 1 within the story and is its address (#q3)."""

    __tablename__ = "quote"
    # Lists find quotes by their stories, so no index holds them in order.
    __table_args__ = (UniqueConstraint("story_id", "position", name="uq_quote_story_position"),)

    id: int = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="story.id")
    position: int
    sorted_at: datetime = Field(sa_type=SortTime)
    kind: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    speaker_id: int | None = Field(default=None, foreign_key="actor.id")
    source_id: int | None = Field(default=None, foreign_key="source.id", index=True)
    source_words: str | None = None
    cue_words: str | None = None
    words: int
    rule: str


class QuotePiece(SQLModel, table=True):
    """One stretch of a quote's content, cue or source span."""

    __tablename__ = "quote_piece"
    __table_args__ = WITHOUT_ROWID

    quote_id: int = Field(primary_key=True, foreign_key="quote.id")
    part: str = Field(sa_column=Column(PART, primary_key=True))
    start_char: int = Field(primary_key=True)
    end_char: int = Field(primary_key=True)


class StoryActor(SQLModel, table=True):
    """An actor takes part in a story, under this name and in these roles."""

    __tablename__ = "story_actor"
    # The second index has all that a list of stories shows of it.
    __table_args__ = (
        Index("ix_story_actor_story", "story_id", "actor_id", "quotes", "mentions", "first_char"),
        WITHOUT_ROWID,
    )

    actor_id: int = Field(primary_key=True, foreign_key="actor.id")
    sorted_at: datetime = Field(primary_key=True, sa_type=SortTime)
    story_id: int = Field(primary_key=True, foreign_key="story.id")
    name: str
    mentions: int
    quotes: int
    first_char: int
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class StoryCountry(SQLModel, table=True):
    """A country's relation to a story: mentioned, focus or speaking."""

    __tablename__ = "story_country"
    __table_args__ = (Index("ix_story_country_story", "story_id", "relation", "country", "mentions"), WITHOUT_ROWID)

    relation: str = Field(sa_column=Column(RELATION, primary_key=True))
    country: str = Field(primary_key=True)
    sorted_at: datetime = Field(primary_key=True, sa_type=SortTime)
    story_id: int = Field(primary_key=True, foreign_key="story.id")
    mentions: int


class StorySpeaker(SQLModel, table=True):
    """An actor speaks in a story."""

    __tablename__ = "story_speaker"
    __table_args__ = (Index("ix_story_speaker_story", "story_id", "actor_id"), WITHOUT_ROWID)

    actor_id: int = Field(primary_key=True, foreign_key="actor.id")
    sorted_at: datetime = Field(primary_key=True, sa_type=SortTime)
    story_id: int = Field(primary_key=True, foreign_key="story.id")
    quotes: int


class FacetCount(SQLModel, table=True):
    """How many stories (or, for facets named so, quotes) have this value; exact for the whole archive."""

    __tablename__ = "facet_count"
    __table_args__ = (Index("ix_facet_count_top", "facet", "count", "value"), WITHOUT_ROWID)

    facet: str = Field(primary_key=True)
    value: str = Field(primary_key=True, sa_type=Key)
    count: int


class Token(SQLModel, table=True):
    """A bearer token for the API; only its SHA-256 is kept."""

    __tablename__ = "token"

    id: int = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    name: str
    scope: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class DeletedStory(SQLModel, table=True):
    """A story that was taken back: its address answers 410, and nothing that reads feeds brings it in again."""

    __tablename__ = "deleted_story"

    story_id: int = Field(primary_key=True)
    url_key: str | None = Field(default=None, index=True)
    outlet_id: int | None = None
    external_id: str | None = None
    text_hash: str = Field(index=True)
    deleted_at: datetime = Field(sa_type=UTCDateTime)


class Feed(SQLModel, table=True):
    """A feed that is polled. `state` is new, ok or failing; `fetches_pages` where summaries get their page read."""

    __tablename__ = "feed"

    id: int = Field(default=None, primary_key=True)
    url: str
    url_key: str = Field(unique=True)
    title: str = ""
    fetches_pages: bool = True
    added_at: datetime = Field(sa_type=UTCDateTime)
    state: str = "new"
    failures: int = 0
    last_error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    polled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    next_poll_at: datetime = Field(sa_type=UTCDateTime, index=True)


class FeedItem(SQLModel, table=True):
    """An item seen in a feed. `state` is waiting (its page is to be fetched), stored, failed or left out."""

    __tablename__ = "feed_item"
    __table_args__ = (Index("ix_feed_item_next_try", "state", "next_try_at"), WITHOUT_ROWID)

    feed_id: int = Field(primary_key=True, foreign_key="feed.id")
    item_key: str = Field(primary_key=True)
    url: str | None = None
    title: str = ""
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    state: str
    story_id: int | None = None
    failures: int = 0
    last_error: str | None = None
    next_try_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Lease(SQLModel, table=True):
    """Who does a work that only one may do at a time, and until when without a sign of life."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until_at: datetime = Field(sa_type=UTCDateTime)


class User(SQLModel, table=True):
    """Somebody who may add stories; `password_hash` is argon2's."""

    __tablename__ = "user"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True, sa_type=Key)
    password_hash: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class SignIn(SQLModel, table=True):
    """A browser that is signed in; only the SHA-256 of its cookie is kept."""

    __tablename__ = "session"

    digest: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
