import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from app.config import Settings
from app.logs import request_id, set_up_logs

SetUp = Callable[..., None]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """Sets the log up, with these settings, as if nobody had."""

    def from_nothing(**settings: Any) -> None:
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        set_up_logs(Settings(**settings))

    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    monkeypatch.setattr(logging.getLogger("newsgloss"), "level", logging.NOTSET)
    return from_nothing


def crash() -> None:
    try:
        raise ValueError("a line\nand another")
    except ValueError:
        logging.getLogger("newsgloss.test").exception("it broke: “%s”", "é")


def test_json_lines_hold_the_request_fields_and_the_traceback(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(log_format="json")
    request_id.set("here-1")
    logging.getLogger("newsgloss.test").info("done", extra={"fields": {"status": 200}})
    crash()
    done, broke = map(json.loads, capsys.readouterr().err.splitlines())
    assert (done["level"], done["logger"], done["message"]) == ("info", "newsgloss.test", "done")
    assert (done["request_id"], done["status"]) == ("here-1", 200)
    assert done["time"].endswith("+00:00")
    assert broke["message"] == "it broke: “é”"
    assert "ValueError: a line\nand another" in broke["exception"]


def test_plain_lines_end_with_the_request(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    request_id.set("")
    logging.getLogger("newsgloss.test").info("outside")
    request_id.set("here-1")
    logging.getLogger("newsgloss.test").info("inside")
    outside, inside = capsys.readouterr().err.splitlines()
    assert outside.endswith("INFO newsgloss.test: outside")
    assert inside.endswith("INFO newsgloss.test: inside [here-1]")


def test_only_warnings_are_logged_where_that_is_wanted_and_of_others_always(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(log_level="warning")
    for name in ("newsgloss.test", "others"):
        logging.getLogger(name).info("quiet")
        logging.getLogger(name).warning("loud")
    said = capsys.readouterr().err
    assert (said.count("quiet"), said.count("loud")) == (0, 2)
