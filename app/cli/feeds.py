"""Feeds on the command line."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.addresses import is_other_address, web_address
from app.cli.common import Number, fail, messages, open_archive
from app.config import get_settings
from app.feeds import poll_these
from app.read.fetch import Limits
from app.read.opml import MAX_BYTES, Subscription, read_opml
from app.read.refusal import Refused
from app.read.visit import Visitor
from app.store import feeds
from app.store.db import write_session
from app.store.paging import MAX_ID

feeds_app = typer.Typer(no_args_is_help=True, help="Feeds (RSS, Atom, JSON Feed), which the worker polls.")

NOT_THERE = "there is no feed {}; `newsgloss feeds list` shows them"


@feeds_app.command("add")
def feeds_add(
    places: Annotated[
        list[str], typer.Argument(help="Addresses of feeds, or OPML files; - for standard input.", metavar="PLACE…")
    ],
    pages: Annotated[bool, typer.Option(help="Read the pages of items that come with a summary only.")] = True,
) -> None:
    """Let feeds be polled, by their addresses or as an OPML file lists them."""
    wanted = [each for place in places for each in _subscriptions(place)]
    now = datetime.now(UTC)
    try:
        with open_archive(get_settings()) as engine, write_session(engine) as session:
            new = [feeds.add_feed(session, each.url, title=each.title, fetches_pages=pages, now=now) for each in wanted]
    except feeds.FeedError as error:
        fail(str(error))
    typer.echo(f"{sum(new)} added, {len(new) - sum(new)} known already")


@feeds_app.command("list")
def feeds_list() -> None:
    """List the feeds: number, state, next poll, stories stored, address, title, last error."""
    with open_archive(get_settings()) as engine, Session(engine) as session:
        for feed in feeds.list_feeds(session):
            then = f"{feed.next_poll_at:%Y-%m-%d %H:%M}" if feed.next_poll_at else "-"
            columns = (feed.id, feed.state, then, feed.items["stored"], feed.url, feed.title, feed.last_error or "")
            typer.echo("\t".join(str(column) for column in columns))


@feeds_app.command("poll")
def feeds_poll(
    ids: Annotated[
        list[int] | None,
        typer.Argument(help="Their numbers in the list; without any, all.", min=1, max=MAX_ID),
    ] = None,
) -> None:
    """Poll feeds now, and read the pages that are new in them; the worker annotates what was found."""
    settings = get_settings()
    failed = 0
    with open_archive(settings) as engine:
        with Session(engine) as session:
            unknown = [number for number in ids or [] if not feeds.is_there(session, number)]
        if unknown:
            fail(NOT_THERE.format(unknown[0]))
        for polled in poll_these(engine, settings, Visitor(Limits.of(settings)), ids):
            typer.echo(f"{polled.new} new\t{polled.feed.url}")
            if polled.error:
                failed += 1
                messages.print(f"{polled.feed.url}: {polled.error}", markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


@feeds_app.command("pause")
def feeds_pause(number: Number) -> None:
    """Leave a feed alone until it is resumed."""
    _change(number, feeds.pause)


@feeds_app.command("resume")
def feeds_resume(number: Number) -> None:
    """Poll a feed again that was paused or has stopped."""
    _change(number, lambda session, feed_id: feeds.resume(session, feed_id, now=datetime.now(UTC)))


@feeds_app.command("remove")
def feeds_remove(number: Number) -> None:
    """Poll a feed no more; its stories stay."""
    _change(number, feeds.remove_feed)


def _change(number: int, change: Callable[[Session, int], bool]) -> None:
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        found = change(session, number)
    if not found:
        fail(NOT_THERE.format(number))


def _subscriptions(place: str) -> list[Subscription]:
    if web_address(place):
        return [Subscription(place, "")]
    if is_other_address(place):
        fail(f"{place}: only http and https addresses are polled")
    try:
        return read_opml(sys.stdin.buffer.read(MAX_BYTES + 1) if place == "-" else Path(place).read_bytes())
    except Refused as refusal:
        fail(f"{place}: {refusal}")
