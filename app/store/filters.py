"""The filters of lists: each one entry that says how its value is read and which rows it keeps.

A selection is a set of filters with their values: the same parameter twice means OR, different parameters AND.
A value is left out with `not`: "not=person:12".
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, not_, select, true
from sqlmodel import col

from app.country_names import country_names
from app.spans import SourceForm
from app.store import search
from app.store.models import Mention, Outlet, Quote, QuotePiece, Source, Story, StoryActor, StoryCountry, StorySpeaker
from app.store.paging import MAX_ID

MAX_Q = 500
MAX_VALUES = 20

# A condition or a list of rows, made from a parameter's values.
Condition = Callable[[SQLColumnExpression[Any], tuple[str, ...]], ColumnElement[bool]]
Rows = Callable[[str], Select[datetime, int]]


class BadFilterError(ValueError):
    """A filter's value that cannot be read; `help` says what it takes."""

    def __init__(self, param: str, value: str, help: str) -> None:  # noqa: A002 - it is the page's word for it
        super().__init__(f"{param}={value!r}: {help}")
        self.param, self.value, self.help = param, value, help


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. `keeps` is its condition on a story's id (for those of `quote_only`, on a row of `quote`).

    `rows` gives (sorted_at, story id) of one value, where an index holds them in order; `facet` names its exact
    counts. Filters with `rows` can drive a list; the others are only checked.
    """

    param: str
    label: str
    parse: Callable[[str], str]
    keeps: Condition
    rows: Rows | None = None
    facet: str | None = None
    quote_only: bool = False


# ------------------------------------------------------------------------------------------------ reading values


def _parse_id(value: str) -> str:
    if not (value.isascii() and value.isdigit()) or int(value[:20]) > MAX_ID:
        raise ValueError("it takes the number of an entry, as in its address")
    return str(int(value))


def _parse_country(value: str) -> str:
    code = value.strip().upper()
    if code not in country_names():
        raise ValueError("it takes a two-letter country code, such as FR")
    return code


def _parse_outlet(value: str) -> str:
    if not value or len(value) > 100 or "\0" in value:
        raise ValueError("it takes the short name of an outlet, as in its address")
    return value


def _parse_date(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("it takes a date, such as 2026-03-31") from None
    if day == date.max:
        raise ValueError("it takes an earlier date")
    return day.isoformat()


def _parse_kind(value: str) -> str:
    if value not in ("direct", "mixed", "indirect"):
        raise ValueError("it takes direct, mixed or indirect")
    return value


def _parse_form(value: str) -> str:
    if value not in get_args(SourceForm):
        raise ValueError(f"it takes one of: {', '.join(get_args(SourceForm))}")
    return value


def _parse_copies(value: str) -> str:
    if value != "all":
        raise ValueError("it takes all, which shows every copy of a text and not only the newest")
    return value


def _parse_not(value: str) -> str:
    param, _, unwanted = value.partition(":")
    if param not in EXCLUDABLE:
        raise ValueError("it takes a filter and its value, such as person:12 or country:FR")
    return f"{param}:{FILTERS[param].parse(unwanted)}"


def _parse_q(value: str) -> str:
    words = " ".join(value.split())
    if len(words) > MAX_Q:
        raise ValueError(f"it takes at most {MAX_Q} characters")
    return words


# ------------------------------------------------------------------------------------------------ conditions


def _exists(link: Any, story_id: SQLColumnExpression[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(link.story_id).where(link.story_id == story_id, *conditions).exists()


def _actor_filter(param: str, label: str) -> Filter:
    def rows(value: str) -> Select[datetime, int]:
        return select(col(StoryActor.sorted_at), col(StoryActor.story_id)).where(col(StoryActor.actor_id) == int(value))

    def keeps(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
        return _exists(StoryActor, story_id, col(StoryActor.actor_id).in_(map(int, values)))

    return Filter(param, label, _parse_id, keeps, rows, facet=param)


def _country_filter(param: str, label: str, relation: str) -> Filter:
    of_relation = col(StoryCountry.relation) == relation

    def rows(value: str) -> Select[datetime, int]:
        return select(col(StoryCountry.sorted_at), col(StoryCountry.story_id)).where(
            of_relation, col(StoryCountry.country) == value
        )

    def keeps(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
        return _exists(StoryCountry, story_id, of_relation, col(StoryCountry.country).in_(values))

    return Filter(param, label, _parse_country, keeps, rows, facet=param)


def _speaker_rows(value: str) -> Select[datetime, int]:
    return select(col(StorySpeaker.sorted_at), col(StorySpeaker.story_id)).where(
        col(StorySpeaker.actor_id) == int(value)
    )


def _speaks(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return _exists(StorySpeaker, story_id, col(StorySpeaker.actor_id).in_(map(int, values)))


def _outlet_rows(value: str) -> Select[datetime, int]:
    return (
        select(col(Story.sorted_at), col(Story.id))
        .where(col(Story.outlet_id) == select(col(Outlet.id)).where(col(Outlet.slug) == value).scalar_subquery())
        .select_from(Story)
    )


def _from_outlet(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    outlets = select(col(Outlet.id)).where(col(Outlet.slug).in_(values))
    return _is_story(story_id, col(Story.outlet_id).in_(outlets))


def _is_story(story_id: SQLColumnExpression[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(col(Story.id)).where(col(Story.id) == story_id, *conditions).exists()


def _published_from(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return _is_story(story_id, col(Story.published_at) >= _midnight(values[0]))


def _published_to(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return _is_story(story_id, col(Story.published_at) < _midnight_after(values[0]))


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC)


def _midnight_after(day: str) -> datetime:
    return _midnight(day) + timedelta(days=1)


def _has_words(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(search.fits("story", story_id, search.parse(value)) for value in values))


def _searched_rows(value: str) -> Select[datetime, int]:
    return select(col(Story.sorted_at), col(Story.id)).where(
        search.matches("story", col(Story.id), search.parse(value))
    )


def _is_kind(_quote_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return col(Quote.kind).in_(values)


def _is_about(quote_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    """One of the actors is mentioned within the quoted words."""
    inside = and_(
        col(Mention.story_id) == col(Quote.story_id),
        # Between, and not only behind: so no further mention of the story is looked at.
        col(Mention.start_char).between(col(QuotePiece.start_char), col(QuotePiece.end_char)),
        col(Mention.end_char) <= col(QuotePiece.end_char),
        col(Mention.actor_id).in_(map(int, values)),
    )
    pieces = select(col(QuotePiece.quote_id)).join(Mention, inside).correlate(Quote)
    return pieces.where(col(QuotePiece.quote_id) == quote_id, col(QuotePiece.part) == "content").exists()


def _relies_on(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return _exists(Source, story_id, col(Source.form).in_(values))


def _any_copy(_story_id: SQLColumnExpression[Any], _values: tuple[str, ...]) -> ColumnElement[bool]:
    return true()


def _lacks(story_id: SQLColumnExpression[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(not_(FILTERS[param].keeps(story_id, unwanted)) for param, unwanted in by_param(values).items()))


def by_param(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The values of `not` ("person:12") by the parameter that they name."""
    found: dict[str, tuple[str, ...]] = {}
    for param, _, value in (each.partition(":") for each in values):
        found[param] = (*found.get(param, ()), value)
    return found


FILTERS: Mapping[str, Filter] = {
    each.param: each
    for each in (
        Filter("q", "Words", _parse_q, _has_words, _searched_rows),
        _actor_filter("person", "Person"),
        _actor_filter("organisation", "Organisation"),
        _actor_filter("group", "Group"),
        _country_filter("country", "Country", "mentioned"),
        _country_filter("focus", "Country in focus", "focus"),
        _country_filter("speaking", "Country speaking", "speaking"),
        Filter("speaker", "Speaker", _parse_id, _speaks, _speaker_rows, facet="speaker"),
        Filter("outlet", "Outlet", _parse_outlet, _from_outlet, _outlet_rows, facet="outlet"),
        Filter("form", "Form of source", _parse_form, _relies_on),
        Filter("from", "From", _parse_date, _published_from),
        Filter("to", "To", _parse_date, _published_to),
        Filter("kind", "Kind of quote", _parse_kind, _is_kind, quote_only=True),
        Filter("about", "About", _parse_id, _is_about, quote_only=True),
        Filter("copies", "Copies", _parse_copies, _any_copy),
        Filter("not", "Left out, such as person:12", _parse_not, _lacks),
    )
}
# Two words or two dates of one kind would not mean OR to a reader, so only one of each is taken.
SINGLE = frozenset({"q", "from", "to", "copies"})
EXCLUDABLE = ("person", "organisation", "group", "country", "focus", "speaking", "speaker", "outlet", "form")


# ------------------------------------------------------------------------------------------------ selections


@dataclass(frozen=True, slots=True)
class Selection:
    """The active filters as (param, value) pairs in canonical order; false when there are none."""

    pairs: tuple[tuple[str, str], ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def values(self, param: str) -> tuple[str, ...]:
        """The values of one parameter, in order."""
        return tuple(value for name, value in self.pairs if name == param)

    @property
    def q(self) -> str | None:
        """The words searched for, if any."""
        return next(iter(self.values("q")), None)

    @property
    def shows_copies(self) -> bool:
        """Whether each copy of a text is wanted, not only the newest that fits."""
        return bool(self.values("copies"))

    @property
    def published_between(self) -> tuple[datetime | None, datetime | None]:
        """The first moment wanted and the first no longer wanted, each None where it is open."""
        first, last = next(iter(self.values("from")), None), next(iter(self.values("to")), None)
        return (_midnight(first) if first else None, _midnight_after(last) if last else None)

    @property
    def active(self) -> list[Filter]:
        """The filters in use, in the order of FILTERS."""
        return [each for param, each in FILTERS.items() if self.values(param)]

    def adding(self, param: str, value: str) -> "Selection":
        """This selection with one more value (replacing it where only one is taken), which is no longer left out."""
        dropped = ("not", f"{param}:{value}")
        kept = (pair for pair in self.pairs if pair != dropped and not (param in SINGLE and pair[0] == param))
        return _canonical({*kept, (param, value)})

    def excluding(self, param: str, value: str) -> "Selection":
        """This selection with that value left out."""
        return _canonical({*self.without(param, value).pairs, ("not", f"{param}:{value}")})

    def without(self, param: str, value: str | None = None) -> "Selection":
        """This selection less one value of a parameter, or less all of them."""
        return _canonical(pair for pair in self.pairs if pair[0] != param or value not in (None, pair[1]))

    def query(self, **extra: str) -> str:
        """The canonical query string, with further parameters behind it."""
        return urlencode([*self.pairs, *extra.items()], safe=":")


def parse_selection(params: Iterable[tuple[str, str]]) -> Selection:
    """The selection that a query string asks for; empty values and unknown parameters are passed over.

    Raises:
        BadFilterError: a value cannot be read, or there are too many.
    """
    pairs = set()
    for param, value in params:
        if param in FILTERS and value.strip():
            pairs.add((param, _parsed(FILTERS[param], value)))
    selection = _canonical(pair for pair in pairs if pair[1])
    for param in FILTERS:
        values = selection.values(param)
        if len(values) > (1 if param in SINGLE else MAX_VALUES):
            most = "one value" if param in SINGLE else f"at most {MAX_VALUES} values"
            raise BadFilterError(param, values[-1], f"it takes {most}")
    return selection


def _parsed(each: Filter, value: str) -> str:
    try:
        return each.parse(value)
    except ValueError as error:
        raise BadFilterError(each.param, value[:100], str(error)) from None


def _canonical(pairs: Iterable[tuple[str, str]]) -> Selection:
    order = list(FILTERS)
    return Selection(tuple(sorted(pairs, key=lambda pair: (order.index(pair[0]), pair[1].zfill(20)))))


def story_conditions(
    selection: Selection, story_id: SQLColumnExpression[Any], *, but: Container[str | None] = ()
) -> list[ColumnElement[bool]]:
    """The conditions of a selection on a story's id, without those of some parameters."""
    return [
        each.keeps(story_id, selection.values(each.param))
        for each in selection.active
        if not each.quote_only and each.param not in but
    ]
