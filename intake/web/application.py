"""The console as a web application: its routes, headers, and how what goes wrong is told."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake.config import Settings
from intake.desk.customer_record import NoSuchCustomer
from intake.desk.enclosures import MEGABYTE
from intake.desk.health import still
from intake.desk.letters import NoSuchLetter
from intake.desk.parked import NoSuchMail
from intake.errors import IntakeError
from intake.store.engine import reading
from intake.web import (
    case,
    case_acts,
    channels,
    customers,
    desk,
    erase,
    mail,
    mails,
    outgoing,
    people,
    policies,
    reports,
    sign_in,
    templates,
    tokens,
    work_list,
)
from intake.web.api.application import PLACE, api
from intake.web.api.problems import problem
from intake.web.case import NoSuchCase
from intake.web.door import Forbidden, NotSignedIn
from intake.web.policies import NoSuchPolicy
from intake.web.site import ASSETS, Site
from intake.web.templates import NoSuchTemplate

log = structlog.get_logger()
LARGEST_FORM = 1_048_576
PARTS = (
    sign_in,
    work_list,
    case,
    case_acts,
    mails,
    people,
    erase,
    templates,
    tokens,
    mail,
    outgoing,
    channels,
    customers,
    policies,
    reports,
    desk,
)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not "no-referrer": Origin would be null then, and Origin tells us which forms are ours
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cache-control": "no-store",
}


def application(site: Site) -> FastAPI:
    """All pages over a site."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    for part in PARTS:
        app.include_router(part.router)
    app.get("/health", include_in_schema=False)(health)
    app.get("/assets/{name}", include_in_schema=False)(asset)
    app.mount(PLACE, api(site))
    _tell_errors(app)
    settings = site.house.settings
    own = urlsplit(settings.service.public_url).netloc
    app.add_middleware(Guard, own=own, largest=partial(largest, settings))
    return app


def largest(settings: Settings, path: str) -> int:
    """The most bytes of a request to a path: a form, a mail as large as by SMTP, or an answer with its files."""
    if path == f"{PLACE}/explain":
        return settings.smtp.size_limit_mb * LARGEST_FORM
    if not path.endswith("/acts"):
        return LARGEST_FORM
    files = int(settings.answers.attachments_mb * MEGABYTE)
    # in JSON four characters stand for three bytes
    return LARGEST_FORM + (files * 4 // 3 if path.startswith(f"{PLACE}/") else files)


class Guard:
    """What holds for every request: no form of another site, none beyond a size; and headers on every answer.

    The API heeds no cookie, so a request of another site is as good as its token.
    """

    def __init__(self, app: ASGIApp, own: str, largest: Callable[[str], int]) -> None:
        self.app = app
        self.own = own
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *(each for each in more if each[0] not in given)]
            await send(message)

        most = self.largest(scope["path"])
        if scope["path"].startswith(f"{PLACE}/"):
            refused = _refused_call(scope["method"], headers, most)
        else:
            refused = _refused(scope["method"], headers, self.own, most)
        if refused:
            await refused(scope, receive, sent)
            return
        await self.app(scope, receive, sent)


def _refused(method: str, headers: dict[str, str], own: str, most: int) -> Response | None:
    if method not in UNSAFE:
        return None
    origin = headers.get("origin")
    foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if foreign or (origin is not None and urlsplit(origin).netloc not in {headers.get("host"), own} - {""}):
        return HTMLResponse("This form comes from another site and was not read.", 403)
    if _too_long(headers, most):
        return HTMLResponse(f"This form is too long; at most {most / LARGEST_FORM:.0f} MB are read.", 413)
    return None


def _refused_call(method: str, headers: dict[str, str], most: int) -> Response | None:
    if method in UNSAFE and _too_long(headers, most):
        return problem(413, f"the body needs a Content-Length of at most {most} bytes")
    return None


def _too_long(headers: dict[str, str], most: int) -> bool:
    """Whether a body is longer than that, or could have any length."""
    written = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not (written.isascii() and written.isdigit()) or int(written) > most


def health(request: Request) -> Response:
    """Whether the console can read the store, and which parts stand still; for monitors, without signing in."""
    site: Site = request.app.state.site
    try:
        with reading(site.house.databases.reading) as connection:
            late = still(connection, site.now())
    except Exception:
        log.exception("the store cannot be read", part="console")
        return JSONResponse({"status": "the store cannot be read"}, 503)
    return JSONResponse({"status": "ok", "late": late})


def asset(name: str) -> Response:
    """A file of ours that pages name; its address changes with its content, so a browser may keep it."""
    known: dict[str, Path] = {file.name: file for file in ASSETS.iterdir() if file.is_file()}
    if name not in known:
        raise HTTPException(404)
    return FileResponse(known[name], headers={"cache-control": "public, max-age=31536000, immutable"})


def _tell_errors(app: FastAPI) -> None:
    """Everything that goes wrong is one clear line on a page; a traceback stands in the log alone."""

    def page(request: Request, status: int, title: str, said: str) -> Response:
        site: Site = request.app.state.site
        return site.page("message.html", status, title=title, said=said, visitor=None)

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, _error: Any) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"hx-redirect": "/sign-in"})
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(back)}" if request.method == "GET" else "/sign-in", 303)

    @app.exception_handler(Forbidden)
    def forbidden(request: Request, error: Forbidden) -> Response:
        return page(request, 403, "Not allowed", str(error))

    @app.exception_handler(NoSuchCustomer)
    @app.exception_handler(NoSuchLetter)
    @app.exception_handler(NoSuchMail)
    @app.exception_handler(NoSuchPolicy)
    @app.exception_handler(NoSuchTemplate)
    @app.exception_handler(NoSuchCase)
    def nothing_there(request: Request, error: IntakeError) -> Response:
        return page(request, 404, "Nothing here", str(error))

    @app.exception_handler(IntakeError)
    def refused(request: Request, error: IntakeError) -> Response:
        return page(request, 400, "That did not work", str(error))

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        # an address with a line break in it does not reach what is mounted there
        if error.status_code == 404 and request.url.path.startswith(f"{PLACE}/"):
            return problem(404, "there is no such address in the API")
        said = "There is no such page." if error.status_code == 404 else str(error.detail)
        return page(request, error.status_code, "Nothing here" if error.status_code == 404 else "Not possible", said)

    @app.exception_handler(RequestValidationError)
    def misused(request: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return page(request, 400, "That was not understood", said)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        log.error("a page failed", path=request.url.path, exc_info=error)
        return page(request, 500, "Something went wrong", "It stands in the log; nothing was changed by this request.")
