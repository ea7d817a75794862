"""The addresses of everything, and how the ones with a number are read back."""

import re
from functools import lru_cache
from urllib.parse import quote_plus, urlencode, urlsplit

from app.store.cards import ActorRef, QuoteCard, SourceCard, StoryCard, StoryPage, StoryRef
from app.store.filters import Selection
from app.store.paging import MAX_ID

ACTOR_PATHS = {"person": "/people", "organisation": "/organisations", "group": "/groups"}
# What a story opened from a filtered list keeps of the filter: whose mentions to mark.
MARKING = ("person", "organisation", "group", "country", "focus", "speaking", "speaker")

_KEY = re.compile(r"([0-9]{1,10})(?:-(.*))?", re.DOTALL)


def read_key(key: str) -> tuple[int, str] | None:
    """The number and slug in an address's last part ("12-a-headline"), None where no row can have the number."""
    match = _KEY.fullmatch(key)
    return (int(match[1]), match[2] or "") if match and int(match[1]) <= MAX_ID else None


def with_query(path: str, query: str) -> str:
    """The path with its query string, if there is any."""
    return f"{path}?{query}" if query else path


def stories(selection: Selection | None = None, **extra: str) -> str:
    """The list of stories under a selection."""
    return with_query("/", selection.query(**extra) if selection else urlencode(extra))


def stories_of(param: str, value: str | int) -> str:
    """The list of stories under one filter."""
    return f"/?{param}={quote_plus(str(value))}"


def story(card: StoryCard | StoryPage | StoryRef, selection: Selection | None = None, fragment: str = "") -> str:
    """A story's page; opened from a filtered list it marks what was filtered by."""
    path = f"/stories/{card.id}-{card.slug}"
    address = with_query(path, _marking(selection)) if selection else path
    return f"{address}#{fragment}" if fragment else address


@lru_cache  # a list asks for the same with each of its stories
def _marking(selection: Selection) -> str:
    return urlencode([pair for pair in selection.pairs if pair[0] in MARKING])


def revision(card: StoryPage | StoryRef, number: int) -> str:
    """An earlier version of a story."""
    return f"/stories/{card.id}-{card.slug}/earlier/{number}"


def retry(card: StoryPage | StoryRef) -> str:
    """Where a story whose annotation failed is sent to be tried again."""
    return f"/stories/{card.id}-{card.slug}/retry"


def deletion(card: StoryPage | StoryRef) -> str:
    """Where a story is taken back."""
    return f"/stories/{card.id}-{card.slug}/delete"


def quote(card: QuoteCard) -> str:
    """A quote in its story."""
    return story(card.story, fragment=f"q{card.position}")


def source(card: SourceCard) -> str:
    """A source's first place in its story."""
    return story(card.story, fragment=f"s{card.position}")


def actor(ref: ActorRef) -> str:
    """An actor's page."""
    return f"{ACTOR_PATHS[ref.kind]}/{ref.id}-{ref.slug}"


def country(code: str, relation: str | None = None) -> str:
    """A country's page, its stories by one relation."""
    return with_query(f"/countries/{code}", urlencode({"relation": relation}) if relation else "")


def quotes(selection: Selection | None = None, **extra: str) -> str:
    """The list of quotes under a selection."""
    return with_query("/quotes", selection.query(**extra) if selection else urlencode(extra))


def quotes_of(param: str, value: str | int) -> str:
    """The list of quotes under one filter."""
    return f"/quotes?{urlencode({param: value})}"


def facet(param: str, selection: Selection, name: str = "") -> str:
    """All values of a facet under a selection, those with `name` in their words."""
    return with_query(f"/facets/{param}", selection.query(**({"name": name} if name else {})))


def listing(path: str, **params: str | None) -> str:
    """A list's address with those of the parameters that have a value."""
    return with_query(path, urlencode({name: value for name, value in params.items() if value}))


def login(then: str = "/") -> str:
    """The sign-in page, which leads on to an address of ours."""
    return listing("/login", next=then if then != "/" else None)


def own_path(address: str) -> str:
    """An address given by a reader if it is one of our paths, else the list: nobody is led away from here."""
    is_ours = re.fullmatch(r"/(?![/\\])[!-~]*", address) and not address.startswith(("/login", "/logout"))
    return address if is_ours and "\\" not in address else "/"


def outside(url: str | None) -> str | None:
    """An address of the web that is safe to link to (http or https), else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
