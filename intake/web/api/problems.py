"""What goes wrong, as one clear JSON object (RFC 9457, application/problem+json)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from intake.desk.letters import NoSuchLetter
from intake.desk.parked import NoSuchMail
from intake.errors import IntakeError, Overtaken, Stale
from intake.store.engine import is_trouble
from intake.web.case import NoSuchCase

log = structlog.get_logger()
TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong. `detail` is one line for people; `errors` says where in the request it is."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class Refused(Exception):  # noqa: N818  (what is the case)
    """A request that is answered with a problem."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, headers
        super().__init__(detail)


class NotThere(IntakeError):  # noqa: N818
    """Nothing has that name or number, or the caller does not see it."""


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, errors: Sequence[dict[str, str]] | None = None
) -> JSONResponse:
    """The answer."""
    made = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors or ()) or None)
    return JSONResponse(made.model_dump(exclude_none=True), status, dict(headers or {}), media_type=TYPE)


def answer(error: Exception) -> Response | None:
    """The problem that an error is; None for one that nobody expected."""
    if isinstance(error, Refused):
        return problem(error.status, error.detail, error.headers)
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return problem(status, str(error))
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        said = f"there is no such address in the API ({error.detail})" if error.status_code == 404 else error.detail
        return problem(error.status_code, said, error.headers)
    if is_trouble(error):
        log.warning("the store was busy or could not be had", part="api", exc_info=error)
        return problem(503, "the store cannot be had right now; try again", {"retry-after": "5"})
    return None


STATUSES: tuple[tuple[type[IntakeError], int], ...] = (
    (NoSuchCase, 404),
    (NoSuchLetter, 404),
    (NoSuchMail, 404),
    (NotThere, 404),
    (Overtaken, 412),
    (Stale, 409),
    (IntakeError, 422),
)


def _invalid(error: RequestValidationError) -> Response:
    errors = []
    for each in error.errors():
        place, *path = (str(part) for part in each["loc"])
        where = "/" + "/".join(path) if place == "body" else f"{place} {'.'.join(path)}".strip()
        errors.append({"pointer" if place == "body" else "parameter": where, "detail": str(each["msg"])})
    said = "; ".join(f"{each.get('pointer') or each.get('parameter')}: {each['detail']}" for each in errors)
    return problem(422, said[:2_000], errors=errors)


def tell_problems(app: FastAPI) -> None:
    """Everything that goes wrong is a problem; a traceback stands in the log alone."""

    def told(request: Request, error: Exception) -> Response:
        found = answer(error)
        if found is not None:
            return found
        log.error("a request to the API failed", path=request.url.path, exc_info=error)
        return problem(500, "something went wrong; it stands in the log")

    for kind in (Refused, IntakeError, RequestValidationError, HTTPException, Exception):
        app.exception_handler(kind)(told)


def told_as(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: the problems that an address may answer with, besides those that each of them may."""
    schema = {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": schema}
        for status in (401, 403, 422, 429, *statuses)
    }
