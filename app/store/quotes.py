"""Quotes to read, over the whole archive: those of the newest stories first, of a story the last first.

Rare words are looked up, and what has them is checked. Else the stories are found that may have such quotes, and their
quotes are looked at, of so many stories at most: a page then says that it stopped there, and leads on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, not_, select, tuple_
from sqlmodel import Session, col

from app.config import get_settings
from app.store import counts, paging, search
from app.store.among import among
from app.store.browse import ACTOR_COLUMNS, actor_ref, story_refs
from app.store.cards import Page, QuoteCard
from app.store.db import rows
from app.store.filters import Selection, by_param, story_conditions
from app.store.matching import GROWTH, matches_behind
from app.store.models import Actor, Quote, SortTime, Source

# What a list is ordered by: (sorted_at, story id, quote id).
Key = tuple[datetime, int, int]

# So many of the rows that may be examined are those of one story, and as many again for each word looked for in them.
PER_STORY = 10
# Filters that are of a quote and not of its story; what `not` leaves out of these is only that quote.
OF_QUOTES = frozenset({"q", "kind", "about"})
NOT_OF_QUOTES = frozenset({"speaker", "form"})
# Any of these asks for the stories of an actor, whatever its kind.
OF_ACTORS = ("person", "organisation", "group")


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of quotes. More lie behind `end`; `examined` is set where the search was cut short there."""

    rows: Sequence[Row[Any]]
    end: Key | None = None
    examined: int | None = None


def list_quotes(session: Session, selection: Selection, *, after: str | None, size: int) -> Page[QuoteCard]:
    """The newest quotes that fit; `q` searches the quoted words, `speaker` is who speaks, the rest is of the story.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    query = search.parse(selection.q) if selection.q else None
    place: Key | None = tuple(paging.decode(after, datetime, int, int)) if after is not None else None
    find = _with_words if query is not None and _is_rare(session, query) else _in_stories
    found = find(session, selection, place, size)
    shown = found.rows
    stories = story_refs(session, [row.story_id for row in shown])
    snippets = search.snippets(session, "quote", [row.id for row in shown], query) if query else {}
    cards = [
        QuoteCard(
            id=row.id,
            position=row.position,
            kind=row.kind,
            text=row.content,
            speaker=actor_ref(row) if row.actor_id is not None else None,
            source_words=row.source_words,
            cue_words=row.cue_words,
            words=row.words,
            story=stories[row.story_id],
            snippet=snippets.get(row.id, ()),
        )
        for row in shown
    ]
    leads_on = paging.encode(*found.end) if found.end is not None else None
    total, is_exact = _total(session, selection, after, leads_on, len(cards))
    return Page(cards, leads_on, total, is_exact, found.examined)


def _total(
    session: Session, selection: Selection, after: str | None, leads_on: str | None, shown: int
) -> tuple[int | None, bool]:
    if not selection:
        return counts.total(session, "quote"), True
    if after is None and leads_on is None:
        return shown, True
    if [param for param, _ in selection.pairs] == ["speaker"]:
        return counts.of(session, "spoken", selection.values("speaker")).get(selection.pairs[0][1], 0), True
    return None, False


# ------------------------------------------------------------------------------------------------ by words


def _is_rare(session: Session, query: search.Query) -> bool:
    """Whether all quotes with these words may be looked at; without wanted words it is nearly all there are."""
    most = get_settings().max_examined
    n = search.count(session, "quote", query, most=most + 1)
    return n <= most and bool(query.groups)


def _with_words(session: Session, selection: Selection, place: Key | None, size: int) -> _Found:
    listed = rows(session, _having_words(selection, place is not None), _behind(place) | {"most": size + 1})
    return _page(listed, size)


@lru_cache(maxsize=256)  # to put a statement together takes longer than to run it
def _having_words(selection: Selection, has_place: bool) -> Select[Any]:
    has_words = search.matches("quote", col(Quote.id), search.parse(selection.q or ""))
    of_their_stories = story_conditions(_stories_of(selection), col(Quote.story_id))
    return _newest(has_words, *of_their_stories, *_of_themselves(selection), has_place=has_place)


# ------------------------------------------------------------------------------------------------ by stories


def _in_stories(session: Session, selection: Selection, place: Key | None, size: int) -> _Found:
    most = get_settings().max_examined
    query = search.parse(selection.q or "")
    most_stories = max(1, most // (PER_STORY * (1 + query.effort)))
    wanted = _stories_of(selection)
    end = (place[0], place[1] + 1) if place is not None else None
    found: list[Row[Any]] = []
    # Words that begin alike are gathered for each block, so there is but one of them.
    block, seen = most_stories if query.has_beginnings else size + 1, 0
    while True:
        stories = matches_behind(session, wanted, end, size=min(block, most_stories - seen), max_examined=most)
        values = _behind(place) | {"ids": stories.ids, "most": size + 1 - len(found)}
        found += rows(session, _of_stories(selection, place is not None), values)
        seen += len(stories.keys)
        end = stories.end
        if len(found) > size or end is None:
            return _page(found, size)
        if stories.examined is not None or seen >= most_stories:
            return _Found(found, (*end, 0), stories.examined or seen)
        block *= GROWTH


def _stories_of(selection: Selection) -> Selection:
    """What a story must meet so that quotes of it may fit."""
    of_stories = [pair for pair in selection.pairs if pair[0] not in OF_QUOTES and not _is_of_quotes(*pair)]
    spare = next((param for param in OF_ACTORS if not selection.values(param)), None)
    named = [(spare, value) for value in selection.values("about")] if spare else []
    return Selection((*of_stories, *named))


def _is_of_quotes(param: str, value: str) -> bool:
    return param == "not" and value.partition(":")[0] in NOT_OF_QUOTES


@lru_cache(maxsize=256)
def _of_stories(selection: Selection, has_place: bool) -> Select[Any]:
    conditions = _of_themselves(selection)
    if not selection.q:
        return _newest(among(col(Quote.story_id)), *conditions, has_place=has_place)
    query = search.parse(selection.q)
    candidates = select(col(Quote.id)).where(among(col(Quote.story_id))).cte("candidate")
    has_words = search.fits_among("quote", candidates, query, search.is_apart(candidates, query))
    newest = _newest(has_words, *conditions, has_place=has_place)
    return newest.join(candidates, candidates.c.id == col(Quote.id))


# ------------------------------------------------------------------------------------------------ both


def _newest(*conditions: ColumnElement[bool], has_place: bool) -> Select[Any]:
    """The "most" newest quotes that meet all conditions, where wanted only those behind a key."""
    key = (col(Quote.sorted_at), col(Quote.story_id), col(Quote.id))
    if has_place:
        place = tuple_(bindparam("at", type_=SortTime), bindparam("of"), bindparam("number"))
        conditions = (*conditions, tuple_(*key) < place)
    return (
        select(*_COLUMNS, *ACTOR_COLUMNS)
        .join(Actor, col(Actor.id) == col(Quote.speaker_id), isouter=True)
        .where(*conditions)
        .order_by(*(part.desc() for part in key))
        .limit(bindparam("most"))
    )


_COLUMNS = (
    col(Quote.id),
    col(Quote.position),
    col(Quote.kind),
    col(Quote.content),
    col(Quote.source_words),
    col(Quote.cue_words),
    col(Quote.words),
    col(Quote.sorted_at),
    col(Quote.story_id),
)


def _behind(place: Key | None) -> dict[str, Any]:
    return dict(zip(("at", "of", "number"), place, strict=True)) if place is not None else {}


def _page(listed: Sequence[Row[Any]], size: int) -> _Found:
    if len(listed) <= size:
        return _Found(listed)
    last = listed[size - 1]
    return _Found(listed[:size], (last.sorted_at, last.story_id, last.id))


# ------------------------------------------------------------------------------------------------ conditions


def _of_themselves(selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions on a quote apart from its words and its story; `not` leaves out a speaker's own quotes."""
    conditions: list[ColumnElement[bool]] = []
    if speakers := selection.values("speaker"):
        conditions.append(col(Quote.speaker_id).in_(map(int, speakers)))
    if forms := selection.values("form"):
        conditions.append(_rests_on(forms))
    unwanted = by_param(selection.values("not"))
    if "speaker" in unwanted:
        conditions.append(func.coalesce(col(Quote.speaker_id), 0).not_in(map(int, unwanted["speaker"])))
    if "form" in unwanted:
        conditions.append(not_(_rests_on(unwanted["form"])))
    only = (each for each in selection.active if each.quote_only)
    return conditions + [each.keeps(col(Quote.id), selection.values(each.param)) for each in only]


def _rests_on(forms: Sequence[str]) -> ColumnElement[bool]:
    return select(col(Source.id)).where(col(Source.id) == col(Quote.source_id), col(Source.form).in_(forms)).exists()
