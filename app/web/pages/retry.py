"""Trying again to annotate a story, by hand."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import waiting
from app.store.browse import story_refs
from app.store.db import write_session
from app.web import links
from app.web.auth import User
from app.web.deps import SessionDep
from app.web.errors import no_story
from app.web.forms import UserForm

router = APIRouter(include_in_schema=False)


@router.post("/stories/{key}/retry")
def retry(request: Request, _user: User, _form: UserForm, session: SessionDep, key: str) -> Response:
    """Let a story whose annotation failed be tried next, and lead back to it."""
    story_id, _slug = links.read_key(key) or (None, "")
    story = story_refs(session, [story_id]).get(story_id) if story_id else None
    if story is None:
        raise no_story(session, story_id)
    with write_session(request.app.state.engine) as writing:
        waiting.try_again(writing, [story.id])
    return RedirectResponse(links.story(story), 303, {"Cache-Control": "no-store"})
