import os
import socket
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from app.read import read_paths
from app.spans import RawStory, Unreadable


def add(*paths: str | Path) -> list[RawStory | Unreadable]:
    return list(read_paths(paths, max_bytes=10_000))


def reason(*paths: str | Path) -> str:
    [found] = add(*paths)
    assert isinstance(found, Unreadable), found
    return found.reason


def test_a_directory_is_read_in_order_with_all_below_it(tmp_path: Path) -> None:
    for name in ("c.txt", "a.txt", "b/z.txt", "b/deep/y.jsonl", ".hidden.txt", ".git/x.txt", "README.md", "b/Notes.MD"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"text": "Words."}')
    names = [Path(found.origin).relative_to(tmp_path).as_posix() for found in add(tmp_path)]
    assert names == ["a.txt:1", "b/deep/y.jsonl:1", "b/z.txt:1", "c.txt:1"]


def test_paths_are_read_in_the_order_given_and_one_bad_path_stops_nothing(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md"):
        (tmp_path / name).write_text("Words")
    found = add(tmp_path / "b.txt", tmp_path / "none.txt", str(tmp_path / "a.md"))
    assert [isinstance(one, RawStory) for one in found] == [True, False, True]


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b'{"text": "One."}\n{"text": "Two."}\n')))
    assert [found.origin for found in add("-")] == ["standard input:1", "standard input:2"]


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").write_text("a")
    assert reason(tmp_path / "none.txt") == "there is no such file"
    assert reason(tmp_path / "link") == "is a link to a file that is not there"
    assert reason(tmp_path / "loop").startswith("cannot be read: ")
    assert reason(tmp_path / "empty") == "the directory holds no files to read"
    assert reason("a\0b") == "no file can have this name"
    assert reason("x" * 300).startswith("cannot be read: ")


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    for name in ("a.txt", "a.jsonl", "a.html", "a.json"):
        (tmp_path / name).write_bytes(b"")
        assert reason(tmp_path / name) == "the file is empty"


def test_pipes_sockets_and_devices_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for path in ("fifo", "socket", "/dev/zero"):
            assert "is no ordinary file" in reason(path)
    assert len(add(".")) == 2


def test_linked_directories_are_read_only_when_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("Words")
    (tmp_path / "real" / "up").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    first, second = add(tmp_path / "link")
    assert isinstance(first, RawStory)
    assert isinstance(second, Unreadable)
    assert "a link to a directory" in second.reason


def test_files_and_directories_without_permission_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "a.txt").write_text("Words")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        assert reason(tmp_path / "a.txt") == "there is no permission to read it"
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert reason(tmp_path) == "there is no permission to read it"


def test_a_name_that_is_no_utf8_can_be_shown(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_text("Words")
    [found] = add(tmp_path)
    assert found.origin.endswith("caf\ufffd.txt")
