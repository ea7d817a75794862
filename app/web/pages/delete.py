"""Taking a story back."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store.browse import story_refs
from app.store.db import write_session
from app.store.stories import delete_stories
from app.web import links
from app.web.auth import User
from app.web.deps import SessionDep
from app.web.errors import no_story, not_found
from app.web.forms import UserForm
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/stories/{key}/delete")
def ask(request: Request, _user: User, session: SessionDep, key: str) -> Response:
    """What would go, and a button: nothing is deleted by following a link."""
    story_id = _number(key)
    story = story_refs(session, [story_id]).get(story_id)
    if story is None:
        raise no_story(session, story_id)
    return render(request, "delete.html", story=story)


@router.post("/stories/{key}/delete")
def delete(request: Request, _form: UserForm, session: SessionDep, key: str) -> Response:
    """Delete the story and lead to its address, which says that it is gone."""
    story_id = _number(key)
    with write_session(request.app.state.engine) as writing:
        found = delete_stories(writing, [story_id], now=datetime.now(UTC))
    if not found:
        raise no_story(session, story_id)
    return RedirectResponse(f"/stories/{story_id}", 303, {"Cache-Control": "no-store"})


def _number(key: str) -> int:
    story_id, _slug = links.read_key(key) or (None, "")
    if story_id is None:
        raise not_found()
    return story_id
