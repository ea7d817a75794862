"""What the program says of its work on stderr: lines for people or for programs, with the request they belong to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from app.config import Settings

# Of the request that is being answered; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def set_up_logs(settings: Settings) -> None:
    """Write what is logged as the settings want it: ours from their level on, warnings of all others."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if settings.log_format == "json" else _Plain())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("newsgloss").setLevel(settings.log_level.upper())


class _Plain(logging.Formatter):
    """One line a record, but for tracebacks: when, how bad, who says it, what, and in which request."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as the library has it
        name = request_id.get()
        return super().formatMessage(record) + (f" [{name}]" if name else "")


class _Json(logging.Formatter):
    """One JSON object a line; what was logged with `extra={"fields": {…}}` has keys of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({key: value for key, value in said.items() if value is not None}, default=str)
