"""A request with an Idempotency-Key is done once: sent again, it has the answer that the first one had.

A key whose first request has no answer on record (it still runs, or the program ended in the middle of it) is never
done a second time: nobody knows whether it took effect, so a person looks.
"""

import base64
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from intake.store import idempotency
from intake.web.api.door import Caller, caller_of
from intake.web.api.problems import Refused, answer, problem
from intake.web.site import Site, site_of

HEADER = "idempotency-key"
LONGEST_KEY = 255
KEPT_HEADERS = ("content-type", "etag", "location")
PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request; sent again within a day, it is answered again and not done again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}


class Once(APIRoute):
    """A route whose requests are done once for each key of a token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, around which the key is looked after."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return await handle(request)
            site = site_of(request)
            client = request.client.host if request.client else ""
            caller = await run_in_threadpool(caller_of, site, request.headers.get("authorization", ""), client)
            request.state.caller = caller
            if not 1 <= len(key) <= LONGEST_KEY or any(not "!" <= each <= "~" for each in key):
                raise Refused(422, f"Idempotency-Key: 1 to {LONGEST_KEY} printable characters without spaces name one")
            asked = _hash(request, await request.body())
            earlier = await run_in_threadpool(_claim, site, caller, key, asked)
            if earlier is not None:
                return _again(earlier, asked)
            response = await _handled(handle, request)
            if response.status_code < 500:
                await run_in_threadpool(_keep, site, caller, key, response)
            return response

        return once


async def _handled(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    try:
        return await handle(request)
    except Exception as error:
        told = answer(error)
        if told is None:
            raise
        return told


def _hash(request: Request, body: bytes) -> str:
    parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    return sha256(b"\0".join((*(part.encode() for part in parts), body))).hexdigest()


def _claim(site: Site, caller: Caller, key: str, asked: str) -> idempotency.Earlier | None:
    with site.house.databases.desk.begin() as connection:
        return idempotency.claim(connection, caller.token.id, key, asked, caller.now)


def _keep(site: Site, caller: Caller, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept = {"headers": headers, "body": base64.b64encode(bytes(response.body)).decode()}
    with site.house.databases.desk.begin() as connection:
        idempotency.answered(connection, caller.token.id, key, response.status_code, kept)


def _again(earlier: idempotency.Earlier, asked: str) -> Response:
    if earlier.asked != asked:
        return problem(422, "this Idempotency-Key was used for another request; a new request needs a new key")
    if earlier.status is None or earlier.answer is None:
        said = "the first request with this key has no answer yet; if this lasts, look at what it did before another"
        return problem(409, said, {"retry-after": "1"})
    headers = {**earlier.answer["headers"], "idempotency-replayed": "true"}
    return Response(base64.b64decode(earlier.answer["body"]), earlier.status, headers)
