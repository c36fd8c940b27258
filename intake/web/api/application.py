"""The API as an application of its own below the console's: its addresses, and OpenAPI at /api/v1/openapi.json."""

from typing import Any

from fastapi import FastAPI

from intake import __version__
from intake.web.api import asking, cases, records
from intake.web.api.problems import Problem, tell_problems
from intake.web.site import Site

PLACE = "/api/v1"
ABOUT = """What the console does, for programs: the same acts through the same functions, under the name of the token's
owner, who never may do more by a token than by hand. What goes wrong is `application/problem+json` (RFC 9457)."""


def api(site: Site) -> FastAPI:
    """The API over a site."""
    made = FastAPI(
        title="intake",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": PLACE}],
        root_path_in_servers=False,
    )
    made.state.site = site
    for router in (cases.router, cases.writes, asking.router, records.router, records.writes):
        made.include_router(router)
    tell_problems(made)
    described = made.openapi

    def openapi() -> dict[str, Any]:
        schema = described()
        schema["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        return schema

    made.openapi = openapi  # type: ignore[method-assign]
    return made
