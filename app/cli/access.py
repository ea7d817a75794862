"""Whom the archive lets in: users, who sign in on its pages, and tokens, for programs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.common import Number, fail, messages, open_archive
from app.config import get_settings
from app.store import tokens, users
from app.store.db import write_session

users_app = typer.Typer(no_args_is_help=True, help="Users, who may add stories on the pages.")
token_app = typer.Typer(no_args_is_help=True, help="Bearer tokens for programs that use the API.")

UserName = Annotated[str, typer.Argument(help="The user's name.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


# ------------------------------------------------------------------------------------------------ users


@users_app.command("add")
def users_add(name: UserName, password_stdin: FromStdin = False) -> None:
    """Add a user; the password is asked for, and never shown."""
    password = _password(password_stdin)
    with _users() as session:
        users.add_user(session, name, password, now=datetime.now(UTC))


@users_app.command("list")
def users_list() -> None:
    """List the users: name, when added."""
    with _users() as session:
        for user in users.list_users(session):
            typer.echo(f"{user.name}\t{user.created_at:%Y-%m-%d %H:%M}")


@users_app.command("remove")
def users_remove(name: UserName) -> None:
    """Remove a user, who is signed out at once."""
    with _users() as session:
        users.remove_user(session, name)


@users_app.command("password")
def users_password(name: UserName, password_stdin: FromStdin = False) -> None:
    """Change a password; the user is signed out everywhere."""
    password = _password(password_stdin)
    with _users() as session:
        users.set_password(session, name, password)


@users_app.command("sign-out")
def users_sign_out(name: UserName) -> None:
    """Sign a user out in every browser."""
    with _users() as session:
        ended = users.sign_out_everywhere(session, name)
    typer.echo(f"{ended} signed out")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            fail("the password is not UTF-8, in which browsers send it")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@contextmanager
def _users() -> Iterator[Session]:
    try:
        with open_archive(get_settings()) as engine, write_session(engine) as session:
            yield session
    except users.UserError as error:
        fail(str(error))


# ------------------------------------------------------------------------------------------------ tokens


@token_app.command("new")
def token_new(
    scope: Annotated[str, typer.Option(help="What it is good for: read, or write (which includes reading).")],
    name: Annotated[str, typer.Option(help="Whom or what it is for.")] = "",
) -> None:
    """Make a token and print it; it cannot be shown again."""
    wanted = next((known for known in tokens.SCOPES if known == scope), None)
    if wanted is None:
        raise typer.BadParameter(f"it is one of: {', '.join(tokens.SCOPES)}", param_hint="--scope")
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        typer.echo(tokens.new_token(session, name=name, scope=wanted, now=datetime.now(UTC)))


@token_app.command("list")
def token_list() -> None:
    """List the tokens: number, scope, when made, name."""
    with open_archive(get_settings()) as engine, Session(engine) as session:
        for token in tokens.list_tokens(session):
            typer.echo(f"{token.id}\t{token.scope}\t{token.created_at:%Y-%m-%d %H:%M}\t{token.name}")


@token_app.command("revoke")
def token_revoke(number: Number) -> None:
    """Make a token useless at once."""
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        gone = tokens.revoke(session, number)
    if not gone:
        messages.print(f"there is no token {number}; `newsgloss token list` shows them")
        raise typer.Exit(1)
