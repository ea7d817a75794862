"""The rows of a story's panel, put together here as its text is: a template takes several times as long over hundreds.

In each stands who it is, in the element with the id `n-…`, and what else there is to say, in that with `d-…`: a screen
reader says both of a highlight, and its card shows them.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from app.country_names import country_name
from app.store.cards import ActorRef, StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard
from app.web import links
from app.web.words import plural

ROW_QUOTE_CHARS = 110
NOBODY = "No speaker named"


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
        if name not in self.anchors:
            return ""
        return f'<a class="jump" href="#{name}">↓<span class="vh"> first place in the text</span></a>'

    def actors(self, cards: Iterable[StoryActorCard]) -> Markup:
        """A row for each: name, mentions, quotes, roles."""
        return _safe(self._actor(card) for card in cards)

    def _actor(self, card: StoryActorCard) -> str:
        name, kind = f"a{card.actor.id}", card.actor.kind
        speaks = f"speaks in {plural(card.speaks, 'quote')}" if card.speaks else "only spoken of"
        roles = f' <span class="roles">{escape("; ".join(card.roles))}</span>' if card.roles else ""
        return (
            f'<li id="row-{name}"><a id="n-{name}" class="name" href="{links.actor(card.actor)}">'
            f'{escape(card.actor.name)}</a> {self._jump(name)} <span id="d-{name}"><span class="count">'
            f'<span class="vh">{kind}, </span>{plural(card.mentions, "mention")}, {speaks}</span>{roles}</span></li>\n'
        )

    def countries(self) -> Markup:
        """A row for each country, with its relations to the story."""
        return _safe(self._country(code) for code in self.page.countries)

    def _country(self, code: str) -> str:
        name = f"c{code}"
        relations = [
            words
            for words, applies in (
                ("mentioned", name in self.anchors),
                ("in focus", code in self.page.focus),
                ("speaking", code in self.page.speaking),
            )
            if applies
        ]
        return (
            f'<li id="row-{name}"><a id="n-{name}" class="name" href="{links.country(code)}">'
            f'{escape(country_name(code))}</a> {self._jump(name)} <span id="d-{name}" class="count">'
            f'<span class="vh">country, </span>{", ".join(relations)}</span></li>\n'
        )

    def voices(self, voices: Iterable[Voice]) -> Markup:
        """Each who speaks, with a row for each quote: its beginning, kind and cue."""
        return _safe(self._voice(voice) for voice in voices)

    def _voice(self, voice: Voice) -> str:
        name = escape(voice.name or NOBODY)
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
        # Where the speaker has a row of its own, that tells who it is.
        who = "" if card.speaker else f'<span class="vh">{escape(card.source_words or NOBODY)}, </span>'
        cue = f", cue “{escape(card.cue_words)}”" if card.cue_words else ""
        return (
            f'<li id="row-{name}" class="{card.kind}" data-r="{escape(card.rule)}"><a href="{self.place(name)}">'
            f'{escape(_beginning(card.text))}</a> <span id="d-{name}" class="count">'
            f"{who}{card.kind} quote{cue}</span></li>\n"
        )

    def sources(self) -> Markup:
        """The ledger: whom the story relies on, for how much, and first where."""
        return _safe(self._source(card) for card in self.page.sources)

    def _source(self, card: StorySourceCard) -> str:
        name, words = f"s{card.position}", escape(card.name)
        who = (
            f'<a id="n-{name}" class="name" href="{links.actor(card.actor)}">{words}</a>'
            if card.actor
            else f'<span id="n-{name}" class="name">{words}</span>'
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
            f'<li id="row-{name}" data-r="{escape(card.rule)}">{who}{tags} {self._jump(name)} '
            f'<span id="d-{name}" class="roles"><span class="vh">source, </span>{escape(_axes(card))}</span> '
            f'<span class="count">{_cited(card)}</span> {reason}</li>\n'
        )


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
