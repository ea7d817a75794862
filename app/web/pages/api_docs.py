"""The JSON API, explained from its own OpenAPI document."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from app.web.deps import SettingsDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does: what it takes and what it answers with, as rows to show."""

    method: str
    path: str
    summary: str
    writes: bool
    parameters: list[dict[str, str]]
    body: list[dict[str, str]]
    answer: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of object in answers, with its fields."""

    name: str
    text: str
    fields: list[dict[str, str]]


@router.get("/api/docs")
def show(request: Request, settings: SettingsDep) -> Response:
    """Every operation of the API and the objects it answers with."""
    operations, shapes = _described(request.app)
    return render(request, "api_docs.html", operations=operations, shapes=shapes, settings=settings)


@lru_cache
def _described(app: FastAPI) -> tuple[list[Operation], list[Shape]]:
    document = app.openapi()
    operations = [
        _operation(path, method, each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]
    schemas = document["components"]["schemas"]
    shapes = [_shape(name, schema) for name, schema in sorted(schemas.items()) if "properties" in schema]
    return operations, shapes


def _operation(path: str, method: str, each: dict[str, Any]) -> Operation:
    body = each.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [answer for status, answer in each["responses"].items() if status.startswith("2")]
    schema = answers[0].get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=each.get("description", ""),
        writes=method != "get",
        parameters=[
            _row(parameter["name"], parameter["schema"], parameter) for parameter in each.get("parameters", [])
        ],
        body=_rows(body),
        answer=_type(schema),
    )


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    return Shape(name, " ".join(schema.get("description", "").split()), _rows(schema))


def _rows(schema: dict[str, Any]) -> list[dict[str, str]]:
    return [_row(name, value, value) for name, value in schema.get("properties", {}).items()]


def _row(name: str, schema: dict[str, Any], described: dict[str, Any]) -> dict[str, str]:
    return {"name": name, "type": _type(schema), "text": described.get("description", "")}


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words: "StoryCard", "list of string", "string or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return "list of " + (_type(schema["items"]) if "items" in schema else "values")
    return str(schema.get("format") or schema.get("type") or "any value")
