"""The lists that can be taken away, each read with the query string of its page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Generic, TypeVar, cast, get_args

from sqlalchemy import Engine
from sqlmodel import Session
from starlette.datastructures import QueryParams

from app.config import get_settings
from app.spans import ActorKind, Affiliation, SourceForm
from app.store import actors, browse, places, quotes, sources
from app.store.cards import ActorCard, CountryCard, Page, QuoteCard, SourceCard, StoryCard
from app.store.filters import BadFilterError, parse_selection
from app.store.matching import newest_matches
from app.web.exports import rows
from app.web.exports.site import Site

T = TypeVar("T")

# Reads one page of a list: (session, token of the page before, cards on a page).
ReadPage = Callable[[Session, str | None, int], Page[T]]

BATCH = 500
SOURCE_PARAMS = ("form", "affiliation", "unnamed", "reason", "q")


@dataclass(frozen=True, slots=True)
class Exported(Generic[T]):
    """A list: its columns, how a card becomes a row, and how a page is read under a query string.

    `under` raises BadFilterError where the query string cannot be understood.
    """

    columns: tuple[str, ...]
    row: Callable[[T, Site], Sequence[rows.Value]]
    under: Callable[[QueryParams], ReadPage[T]]

    def batches(self, engine: Engine, params: QueryParams, site: Site) -> Iterator[list[Sequence[rows.Value]]]:
        """All rows of the list. Each batch is read in a short transaction of its own, and only when it is asked for."""
        read = self.under(params)
        return ([self.row(card, site) for card in cards] for cards in _walk(engine, read))


def _walk(engine: Engine, read: ReadPage[T]) -> Iterator[Sequence[T]]:
    after: str | None = None
    while True:
        with Session(engine) as session:
            page = read(session, after, BATCH)
        yield page.items
        if page.next is None:
            return
        after = page.next


# ------------------------------------------------------------------------------------------------ the lists


def stories_under(params: QueryParams) -> ReadPage[StoryCard]:
    """Stories, newest first; unlike the list of the page they are not counted, which costs more than reading them."""
    selection = parse_selection(params.multi_items())

    def read(session: Session, after: str | None, size: int) -> Page[StoryCard]:
        most = get_settings().max_examined
        found = newest_matches(session, selection, after=after, size=size, max_examined=most)
        return Page(browse.cards_once(session, selection, found.ids), found.next)

    return read


def quotes_under(params: QueryParams) -> ReadPage[QuoteCard]:
    """Quotes, newest first."""
    selection = parse_selection(params.multi_items())
    return lambda session, after, size: quotes.list_quotes(session, selection, after=after, size=size)


def _actors_under(kind: ActorKind, params: QueryParams) -> ReadPage[ActorCard]:
    q = params.get("q") or None
    sort = cast(actors.Sort, _one_of(params, "sort", get_args(actors.Sort)) or "stories")
    initial = _one_of(params, "initial", (*ascii_uppercase, *ascii_lowercase))
    return lambda session, after, size: actors.list_actors(
        session, kind, q=q, sort=sort, after=after, size=size, initial=initial
    )


def sources_under(params: QueryParams) -> ReadPage[SourceCard]:
    """Sources, newest first."""
    wanted: dict[str, Any] = {
        "form": _one_of(params, "form", get_args(SourceForm)),
        "affiliation": _one_of(params, "affiliation", get_args(Affiliation)),
        "unnamed": _yes_or_no(params, "unnamed"),
        "reasoned": _yes_or_no(params, "reason"),
        "q": params.get("q") or None,
    }
    return lambda session, after, size: sources.list_sources(session, **wanted, after=after, size=size)


def _countries_under(params: QueryParams) -> ReadPage[CountryCard]:
    relation = _one_of(params, "sort", get_args(places.Relation)) or "mentioned"

    def read(session: Session, _after: str | None, _size: int) -> Page[CountryCard]:
        return Page(sorted(places.list_countries(session), key=lambda card: -int(getattr(card, relation))))

    return read


def _yes_or_no(params: QueryParams, name: str) -> bool | None:
    value = _one_of(params, name, ("yes", "no"))
    return value == "yes" if value else None


def _one_of(params: QueryParams, name: str, allowed: Sequence[str]) -> str | None:
    value = params.get(name)
    if value and value not in allowed:
        raise BadFilterError(name, value[:100], f"it takes one of: {', '.join(allowed)}")
    return value or None


def _actors(kind: ActorKind) -> Exported[ActorCard]:
    return Exported(rows.ActorRow._fields, rows.actor_row, lambda params: _actors_under(kind, params))


LISTS: Mapping[str, Exported[Any]] = {
    "stories": Exported(rows.StoryRow._fields, rows.story_row, stories_under),
    "quotes": Exported(rows.QuoteRow._fields, rows.quote_row, quotes_under),
    "people": _actors("person"),
    "organisations": _actors("organisation"),
    "groups": _actors("group"),
    "sources": Exported(rows.SourceRow._fields, rows.source_row, sources_under),
    "countries": Exported(rows.CountryRow._fields, rows.country_row, _countries_under),
}
