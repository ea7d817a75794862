"""Figures for Prometheus, where they are switched on."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from app.web.errors import not_found

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """All figures; 404 unless NEWSGLOSS_METRICS is set."""
    found = request.app.state.metrics
    if found is None:
        raise not_found()
    return Response(found.text(), headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST})
