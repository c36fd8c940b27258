"""The API as its own OpenAPI describes it, asked by Schemathesis: each answer is one that is described."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from console import ADA, Desk, desk
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from intake.web.api.door import Rates
from intake.web.application import application
from intake.web.throttle import Limit, Throttle

schemathesis.serializer.alias("message/rfc822", "application/octet-stream")
QUIET = list(HealthCheck)
# the first would send the token along all the same; what a policy or the desk refuses, no schema can tell
LEFT_OUT = [ignored_auth, positive_data_acceptance]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as made:
        for _ in range(3):
            made.case()
        endless = Limit(10**9, timedelta(minutes=1))
        made.console.site.kept["rates"] = Rates(Throttle(endless), Throttle(endless))
        yield made


def check(asked: Desk, examples: int) -> int:
    """Asks every address so often; how many addresses there are. Raises for the first answer that is not described."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application(asked.console.site))
    headers = {"authorization": asked.program(ADA, "admin").headers["authorization"]}
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:

        @settings(max_examples=examples, suppress_health_check=QUIET, database=None)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            assert case.call().status_code in (401, 404, 405)
            case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)

        ask()
    return len(operations)


@pytest.mark.long
def test_every_answer_is_one_that_is_described(asked: Desk) -> None:
    assert check(asked, 20) >= 15
