"""Whatever is sent to the API, it answers as its own description says."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine

from app.config import Settings
from app.read.fetch import FetchError
from app.store.db import write_session
from app.store.tokens import new_token
from app.web.app import create_app
from tests.factories import NOW
from tests.web.test_api import Annotator

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12


class Offline:
    """A visitor who reaches no host."""

    def fetch(self, url: str) -> None:
        raise FetchError(f"{url} is not asked in a test")


@pytest.fixture
def described(filled: object, database_url: str, archive: Engine) -> schemathesis.BaseSchema:
    """The API's description, which also sends requests, with a token for writing."""
    app = create_app(Settings(database_url=database_url, searches_per_minute=0, writes_per_minute=0))
    app.state.annotators, app.state.visitor = Annotator(), Offline()
    with write_session(archive) as session:
        token = new_token(session, name="", scope="write", now=NOW)
    found = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    found.config.headers = {"Authorization": f"Bearer {token}"}
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_one_that_is_described(described: schemathesis.BaseSchema, mode: GenerationMode) -> None:
    operations = [each.ok() for each in described.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) > 10
    statuses = Counter[int]()
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case[Any]) -> None:
            statuses[case.call_and_validate(checks=CHECKS).status_code] += 1

        # What takes nothing cannot be asked wrongly.
        with suppress(Unsatisfiable):
            send()
    assert len(statuses) > 2
    assert statuses.total() > EXAMPLES * 5
