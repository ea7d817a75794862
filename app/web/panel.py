"""The rows of a story's panel and the cards of its highlights.

They are put together here for the same reason as its text: a template takes several times as long over hundreds.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from app.country_names import country_name
from app.store.cards import ActorRef, StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard
from app.web import links
from app.web.words import plural

ROW_QUOTE_CHARS = 110
# A card names so many of an actor's quotes.
CARD_QUOTES = 6
JUMP = '<a class="jump" href="#{}">↓<span class="vh"> first place in the text</span></a>'


@dataclass(frozen=True, slots=True)
class Voice:
    """One who speaks in the story, an actor or else the words of the text, and what they say."""

    actor: ActorRef | None
    name: str | None
    quotes: tuple[StoryQuoteCard, ...]
    unnamed: bool = False

    @property
    def words(self) -> int:
        """Words attributed to this voice."""
        return sum(quote.words for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class Rows:
    """Writes what leads into the text and is led back to: `anchors` are the ids that the text has."""

    page: StoryPage
    anchors: Set[str]

    def place(self, name: str) -> str:
        """The address of the first place in the text; of the row in the panel where the text has none."""
        return f"#{name}" if name in self.anchors else f"#row-{name}"

    def _jump(self, name: str) -> str:
        return JUMP.format(name) if name in self.anchors else ""

    def actors(self, cards: Iterable[StoryActorCard]) -> Markup:
        """A row for each: name, mentions, quotes, roles."""
        return _safe(self._actor(card) for card in cards)

    def _actor(self, card: StoryActorCard) -> str:
        name = f"a{card.actor.id}"
        counts = plural(card.mentions, "mention") + (f", {plural(card.speaks, 'quote')}" if card.speaks else "")
        roles = f'<span class="roles">{escape("; ".join(card.roles))}</span>' if card.roles else ""
        return (
            f'<li id="row-{name}"><a class="name" href="{links.actor(card.actor)}">{escape(card.actor.name)}</a> '
            f'{self._jump(name)} <span class="count">{counts}</span> {roles}</li>\n'
        )

    def countries(self) -> Markup:
        """A row for each country, with its relations to the story."""
        return _safe(self._country(code) for code in self.page.countries)

    def _country(self, code: str) -> str:
        name = f"c{code}"
        relations = ("mentioned" if name in self.anchors else "", *_relations(self.page, code))
        return (
            f'<li id="row-{name}"><a class="name" href="{links.country(code)}">{escape(country_name(code))}</a> '
            f'{self._jump(name)} <span class="count">{", ".join(filter(None, relations))}</span></li>\n'
        )

    def voices(self, voices: Iterable[Voice]) -> Markup:
        """Each who speaks, with a row for each quote: its beginning, kind and cue."""
        return _safe(self._voice(voice) for voice in voices)

    def _voice(self, voice: Voice) -> str:
        name = escape(voice.name or "No speaker named")
        who = (
            f'<a class="name" href="{links.actor(voice.actor)}">{name}</a>'
            if voice.actor
            else f'<span class="unresolved">{name}</span>'
        )
        tag = ' <strong class="tag">unnamed</strong>' if voice.unnamed else ""
        quotes = "".join(map(self._quote, voice.quotes))
        return f'<h3>{who}{tag}</h3>\n<ol class="rows quotes">\n{quotes}</ol>\n'

    def _quote(self, card: StoryQuoteCard) -> str:
        name = f"q{card.position}"
        cue = f", “{escape(card.cue_words)}”" if card.cue_words else ""
        return (
            f'<li id="row-{name}" class="{card.kind}"><a href="{self.place(name)}">{escape(_beginning(card.text))}</a> '
            f'<span class="count">{card.kind}{cue}</span></li>\n'
        )

    def sources(self) -> Markup:
        """The ledger: whom the story relies on, for how much, and first where."""
        return _safe(self._source(card) for card in self.page.sources)

    def _source(self, card: StorySourceCard) -> str:
        name, words = f"s{card.position}", escape(card.name)
        who = (
            f'<a class="name" href="{links.actor(card.actor)}">{words}</a>'
            if card.actor
            else f'<span class="name">{words}</span>'
        )
        tags = "".join(
            f' <strong class="tag">{tag}</strong>'
            for tag, applies in (("unnamed", card.unnamed), ("anonymous", card.anonymous))
            if applies
        )
        reason = ""
        if card.unnamed or card.anonymous:
            given = f"Reason given: {escape(card.reason)}" if card.reason else "No reason stated"
            reason = f'<span class="roles">{given}</span>'
        return (
            f'<li id="row-{name}">{who}{tags} {self._jump(name)} <span class="roles">{escape(_axes(card))}</span> '
            f'<span class="count">{_cited(card)}</span> {reason}</li>\n'
        )

    def cards(self) -> Markup:
        """What cards show; a screen reader says of a highlight what stands in its span with an id."""
        page = self.page
        said: defaultdict[int, list[StoryQuoteCard]] = defaultdict(list)
        for quote in page.quotes:
            if quote.speaker:
                said[quote.speaker.id].append(quote)
        return _safe(
            [
                *(self._actor_card(card, said.get(card.actor.id, [])) for card in page.actors),
                *(_country_card(page, code) for code in page.countries),
                *map(_quote_card, page.quotes),
                *map(_source_card, page.sources),
            ]
        )

    def _actor_card(self, card: StoryActorCard, said: list[StoryQuoteCard]) -> str:
        role = f", {escape(card.roles[0])}" if card.roles else ""
        speaks = f"speaks in {plural(card.speaks, 'quote')}" if card.speaks else "only spoken of"
        heard = "".join(
            f' <a href="{self.place(f"q{quote.position}")}">{quote.position}</a>' for quote in said[:CARD_QUOTES]
        )
        more = " …" if len(said) > CARD_QUOTES else ""
        about = f"{card.actor.kind}{role}, {plural(card.mentions, 'mention')}, {speaks}"
        return _card(f"a{card.actor.id}", card.actor.name, about, heard + more)


def _country_card(page: StoryPage, code: str) -> str:
    return _card(f"c{code}", country_name(code), ", ".join(["country", *_relations(page, code)]))


def _quote_card(card: StoryQuoteCard) -> str:
    who = card.speaker.name if card.speaker else card.source_words or "No speaker named"
    cue = f", cue “{escape(card.cue_words)}”" if card.cue_words else ""
    about = f"{card.kind} quote {card.position}{cue}"
    return _card(f"q{card.position}", who, about, _rule(card.rule))


def _source_card(card: StorySourceCard) -> str:
    affiliation = f", {card.affiliation}" if card.affiliation != "unknown" else ""
    about = f"source, {card.form}{affiliation}{', anonymous' if card.anonymous else ''}"
    return _card(f"s{card.position}", card.name, about, _rule(card.rule))


def _card(name: str, who: str, about: str, further: str = "") -> str:
    return f'<p><span id="d-{name}"><b>{escape(who)}</b> {about}</span>{further}</p>\n'


def _rule(name: str) -> str:
    return f", rule <i>{escape(name)}</i>"


def _relations(page: StoryPage, code: str) -> list[str]:
    relations = (("in focus", page.focus), ("speaking", page.speaking))
    return [words for words, codes in relations if code in codes]


def _axes(card: StorySourceCard) -> str:
    axes = (
        card.form,
        card.affiliation if card.affiliation != "unknown" else None,
        "former" if card.former else None,
        card.role,
        card.channel,
        country_name(card.country) if card.country else None,
    )
    return " · ".join(filter(None, axes))


def _cited(card: StorySourceCard) -> str:
    cited = f"cited {plural(len(card.mentions), 'time')}"
    if not card.quotes:
        return cited
    direct = f", {round(100 * card.direct_words / card.words)}% direct" if card.words else ""
    return f"{cited}; {plural(card.words, 'word')} in {plural(card.quotes, 'quote')}{direct}"


def _beginning(words: str) -> str:
    if len(words) <= ROW_QUOTE_CHARS:
        return words
    return (words[: ROW_QUOTE_CHARS + 1].rpartition(" ")[0] or words[:ROW_QUOTE_CHARS]) + " …"


def _safe(pieces: Iterable[str]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 - all is escaped
