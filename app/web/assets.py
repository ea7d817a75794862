"""Static files under an address that changes with their content, so that browsers may keep them for good."""

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).resolve().parents[2] / "static"


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


# One digest for all files: a module's relative import of another then has a fresh address too.
BASE = f"/static/{_digest(STATIC)}"


def asset(name: str) -> str:
    """The address of a static file, such as "app.css"."""
    return f"{BASE}/{name}"


class ImmutableFiles(StaticFiles):
    """Static files that never change at their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for a year."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
