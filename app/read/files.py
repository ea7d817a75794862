"""Which files the paths on a command line lead to."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.spans import Unreadable

# Notes that lie next to stories.
NOTES = (".md",)


def find_files(paths: Iterable[Path]) -> Iterator[Path | Unreadable]:
    """The files of the paths in order; a directory's in sorted order with those below it.

    In directories hidden files and Markdown notes are left out. Only ordinary files are given, so that opening one
    never waits.
    """
    for path in paths:
        yield from _below(path) if _is_directory(path) else [_checked(path)]


def shown(path: Path) -> str:
    """The path for messages, also where its name is not valid UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def why(error: OSError) -> str:
    """An operating system's error in words that say what is wrong."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "there is no permission to read it"
    return f"cannot be read: {error.strerror or error}"


def _below(directory: Path) -> Iterator[Path | Unreadable]:
    found_any = False
    # Only names wait, not paths: there may be a hundred thousand of them.
    waiting = [(directory, _names(directory))]
    while waiting:
        parent, names = waiting[-1]
        if isinstance(names, Unreadable):
            found_any = True
            yield names
            waiting.pop()
            continue
        name = next(names, None)
        if name is None:
            waiting.pop()
            continue
        path = parent / name
        if _is_directory(path) and not path.is_symlink():
            waiting.append((path, _names(path)))
            continue
        found_any = True
        yield _checked(path)
    if not found_any:
        yield Unreadable(shown(directory), "the directory holds no files to read")


def _names(directory: Path) -> Iterator[str] | Unreadable:
    """What is taken of a directory, in order."""
    try:
        names = [child.name for child in directory.iterdir()]
    except OSError as error:
        return Unreadable(shown(directory), why(error))
    return iter(sorted(name for name in names if not name.startswith(".") and not name.lower().endswith(NOTES)))


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _checked(path: Path) -> Path | Unreadable:
    try:
        mode = path.stat().st_mode
    except ValueError:
        return Unreadable(shown(path), "no file can have this name")
    except OSError as error:
        is_broken = isinstance(error, FileNotFoundError) and path.is_symlink()
        return Unreadable(shown(path), "is a link to a file that is not there" if is_broken else why(error))
    if stat.S_ISDIR(mode):
        return Unreadable(shown(path), "is a link to a directory; add that directory itself")
    if not stat.S_ISREG(mode):
        return Unreadable(shown(path), "is no ordinary file (a pipe, socket or device); pipe it in and add -")
    return path
