"""Facets beside a list, and the chips of its active filters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import (
    Integer,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    literal,
    select,
    union_all,
)
from sqlmodel import Session, col

from app.country_names import country_name
from app.store import counts
from app.store.among import among
from app.store.cards import Chip, Facet, FacetValue, Timeline
from app.store.db import rows
from app.store.filters import FILTERS, Selection
from app.store.matching import Matches, newest_sample
from app.store.models import Actor, FacetCount, Outlet
from app.store.months import months_counted
from app.store.sampled import most_frequent, values_in

# The values of each facet with how many stories have them; the words for (parameter, value).
Counted = Mapping[str, Sequence[tuple[str, int]]]
Names = Mapping[tuple[str, str], str]

SHOWN = 6  # one more than a list shows, so that it knows whether there are more
MOST = 200
ALL = 1000
# Where else than among the actors of stories a facet's values are listed.
LIST_OF = {"country": "country", "focus": "country", "speaking": "country", "outlet": "outlet", "form": "form"}
ACTOR_PARAMS = frozenset({"person", "organisation", "group", "speaker", "about"})
COUNTRY_PARAMS = frozenset({"country", "focus", "speaking"})
LABELS = {
    "person": "People",
    "organisation": "Organisations",
    "group": "Groups",
    "country": "Countries",
    "focus": "Countries in focus",
    "speaking": "Countries speaking",
    "speaker": "Speakers",
    "outlet": "Outlets",
    "form": "Forms of sources",
    "about": "About",
}
STORY_FACETS = tuple(param for param in LABELS if param != "about")
# The filters that the list of quotes offers, each with the counts that tell its most frequent values.
QUOTE_CHOICES = {"speaker": "spoken", "about": "person", "country": "country", "outlet": "outlet"}
CHOICES = 60


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a list of stories: its facets, its active filters, and when the stories were published."""

    facets: Sequence[Facet]
    chips: Sequence[Chip]
    timeline: Timeline


def beside_stories(session: Session, selection: Selection, sample: Matches) -> Beside:
    """Most frequent values and months: exact for the whole archive, else over the newest matches."""
    if not selection:
        counted = counts.top_of_each(session, [param for param in STORY_FACETS if param != "form"], SHOWN)
        forms = values_in(session, sample.ids, ["form"])
        counted |= {param: most_frequent(values, SHOWN) for param, values in forms.items()}
        facets = _facets(session, selection, counted, {"form": _over(sample)})
        return Beside(facets, (), Timeline(months_counted(counts.every(session, "month"))))
    found = values_in(session, sample.ids)
    sampled = {param: most_frequent(found[param], SHOWN) for param in STORY_FACETS if param in found}
    names = value_names(session, [*_told(selection), *_values_of(sampled)])
    facets = _named_facets(names, selection, sampled, dict.fromkeys(sampled, _over(sample)))
    timeline = Timeline(months_counted(Counter(found.get("month", ()))), _over(sample))
    return Beside(facets, _named_chips(names, selection), timeline)


def facet_values(session: Session, selection: Selection, param: str, *, name: str | None) -> Facet:
    """One facet with its most frequent values, up to MOST of them; `name` is looked for in their words."""
    if not selection and param != "form":
        counted, over = _count_all(session, param, name), None
    else:
        sample = newest_sample(session, selection)
        counted, over = _count(session, param, sample.ids, name), _over(sample)
    found = _facets(session, selection, {param: counted}, {param: over})
    return found[0] if found else Facet(param, LABELS[param], (), over)


def quote_choices(session: Session, selection: Selection) -> list[Facet]:
    """What quotes can be filtered by: the archive's most frequent values that are not chosen yet, by name."""
    counted = {
        param: [pair for pair in counts.top(session, facet, CHOICES) if pair[0] not in selection.values(param)]
        for param, facet in QUOTE_CHOICES.items()
    }
    found = _facets(session, selection, counted, {})
    return [replace(facet, values=sorted(facet.values, key=lambda value: value.label.casefold())) for facet in found]


def _over(sample: Matches) -> int | None:
    """How many stories are counted, if there are more of them."""
    return len(sample.keys) if sample.end is not None else None


def _count_all(session: Session, param: str, name: str | None) -> list[tuple[str, int]]:
    """A facet's values in the whole archive."""
    if not name or param in COUNTRY_PARAMS:
        return [pair for pair in counts.top(session, param, MOST if not name else ALL) if _named_so(param, pair, name)]
    found = select(col(FacetCount.value), col(FacetCount.count)).where(col(FacetCount.facet) == param)
    if param == "outlet":
        found = found.join(Outlet, col(Outlet.slug) == col(FacetCount.value))
    else:
        found = found.join(Actor, col(Actor.id) == cast(col(FacetCount.value), Integer))
    found = found.where(col(FacetCount.count) > 0, _name_column(param).icontains(name, autoescape=True))
    ordered = found.order_by(col(FacetCount.count).desc(), col(FacetCount.value)).limit(MOST)
    return [(value, n) for value, n in rows(session, ordered)]


def _named_so(param: str, pair: tuple[str, int], name: str | None) -> bool:
    words = country_name(pair[0]) if param in COUNTRY_PARAMS else pair[0]
    return not name or name.casefold() in words.casefold()


def _name_column(param: str) -> SQLColumnExpression[str]:
    return col(Outlet.name) if param == "outlet" else col(Actor.name)


def _count(session: Session, param: str, ids: Sequence[int], name: str | None) -> list[tuple[str, int]]:
    """A facet's most frequent values in these stories, up to MOST of them."""
    values = values_in(session, ids, [LIST_OF.get(param, "actor")]).get(param)
    ranked = most_frequent(values, len(values)) if values else []
    if not name:
        return ranked[:MOST]
    names = value_names(session, [(param, value) for value, _ in ranked])
    return [pair for pair in ranked if name.casefold() in names.get((param, pair[0]), pair[0]).casefold()][:MOST]


def _facets(session: Session, selection: Selection, counted: Counted, over: Mapping[str, int | None]) -> list[Facet]:
    return _named_facets(value_names(session, _values_of(counted)), selection, counted, over)


def _values_of(counted: Counted) -> list[tuple[str, str]]:
    return [(param, value) for param, values in counted.items() for value, _ in values]


def _named_facets(names: Names, selection: Selection, counted: Counted, over: Mapping[str, int | None]) -> list[Facet]:
    return [
        Facet(
            param,
            LABELS[param],
            [
                FacetValue(value, names.get((param, value), value), n, value in selection.values(param))
                for value, n in values
            ],
            over.get(param),
        )
        for param, values in counted.items()
        if values
    ]


def chips(session: Session, selection: Selection) -> list[Chip]:
    """The active filters in words, in canonical order."""
    return _named_chips(value_names(session, _told(selection)), selection)


def _told(selection: Selection) -> list[tuple[str, str]]:
    return [_named_by(param, value) for param, value in selection.pairs]


def _named_chips(names: Names, selection: Selection) -> list[Chip]:
    return [
        Chip(param, value, _label(param, what), names.get((what, which), which))
        for (param, value), (what, which) in zip(selection.pairs, _told(selection), strict=True)
    ]


def _named_by(param: str, value: str) -> tuple[str, str]:
    """Which filter and value are to be named: of "not", those behind it."""
    if param != "not":
        return param, value
    unwanted, _, which = value.partition(":")
    return unwanted, which


def _label(param: str, what: str) -> str:
    label = FILTERS[what].label
    return f"Not {label[0].lower()}{label[1:]}" if param == "not" else label


def value_names(session: Session, pairs: Iterable[tuple[str, str]]) -> Names:
    """The words for filter values: names of actors, countries and outlets; values without a name are left out."""
    wanted = list(pairs)
    actors = {value for param, value in wanted if param in ACTOR_PARAMS}
    outlets = {value for param, value in wanted if param == "outlet"}
    named = rows(session, _NAMES, {"ids": [*map(int, actors)], "slugs": list(outlets)}) if actors or outlets else ()
    stored = {(what, value): name for what, value, name in named}
    names = {}
    for param, value in wanted:
        name = country_name(value) if param in COUNTRY_PARAMS else stored.get((_STORED.get(param, ""), value))
        if name is not None:
            names[param, value] = name
    return names


_STORED = {"outlet": "outlet", **dict.fromkeys(ACTOR_PARAMS, "actor")}
_NAMES = union_all(
    select(literal("actor"), cast(col(Actor.id), String), col(Actor.name)).where(among(col(Actor.id))),
    select(literal("outlet"), col(Outlet.slug), col(Outlet.name)).where(
        col(Outlet.slug).in_(bindparam("slugs", expanding=True))
    ),
)
