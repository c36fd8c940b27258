"""Policies: as published, their examples with results, a calculator, a replay of a changed one, and their versions."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import unified_diff
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from intake.core.case.examples import differences
from intake.core.policy.counting import unfolded
from intake.core.policy.policy import Policy, load_policy
from intake.core.policy.published import published
from intake.core.policy.schema_examples import ExamplePart
from intake.desk import backtest
from intake.desk.due import KINDS, due
from intake.desk.spreadsheet import as_csv
from intake.errors import IntakeError
from intake.store import finding, keys
from intake.store.engine import reading
from intake.web.background import Background
from intake.web.door import Changing, Editing, Looking, OurSite, Visitor
from intake.web.mails import download
from intake.web.site import Site
from intake.web.words import Reader

router = APIRouter()
SHOWN = 100
OPEN = ("new", "open", "waiting")
COLUMNS = ("case", "what", "was", "clause", "becomes", "clause")


class NoSuchPolicy(IntakeError):  # noqa: N818
    """No policy of that name serves."""


class Asked(BaseModel):
    """What the calculator is asked, as its address says."""

    severity: int | None = None
    plan: str = ""
    opened: str = ""
    zone: str = ""
    tags: str = ""
    target: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """An example of a policy, with what comes out otherwise than it says."""

    example: ExamplePart
    wrong: tuple[str, ...]


@router.get("/policies")
def page(site: OurSite, visitor: Looking) -> Response:
    """The policies that serve."""
    routes: dict[str, list[str]] = {}
    for route in site.house.settings.route:
        if route.address not in visitor.sight.routes:
            routes.setdefault(route.policy, []).append(route.address)
    found = sorted(site.house.policies, key=lambda policy: policy.name)
    return site.page(
        "policies.html", visitor=visitor, policies=found, routes=routes, mistakes=site.house.policies.mistakes
    )


@router.get("/policies/{name}")
def one(site: OurSite, visitor: Looking, name: str) -> Response:
    """The policy as `intake policy show` has it."""
    policy = _policy(site, name)
    shown = _kept(site, "published", policy, visitor.reader.now.date())
    return site.page("policy.html", visitor=visitor, served=policy, policy=shown)


@router.get("/policies/{name}/examples")
def examples(site: OurSite, visitor: Looking, name: str) -> Response:
    """The examples of the policy's file, each run."""
    policy = _policy(site, name)
    tried = _kept(site, "examples", policy, visitor.reader.now.date())
    return site.page("policy_examples.html", visitor=visitor, served=policy, tried=tried)


@router.get("/policies/{name}/due")
def calculator(site: OurSite, visitor: Looking, name: str, asked: Annotated[Asked, Query()]) -> Response:
    """What would be promised to a case that came in now, or at another instant."""
    policy = _policy(site, name)
    clocks: list[tuple[str, dict[str, str] | None]] = []
    reasons: list[tuple[str, list[str]]] = []
    said = ""
    if asked.severity is not None:
        try:
            answer = due(policy, _question(asked, visitor.reader))
            clocks = [(kind, _clock(answer[kind], visitor.reader)) for kind in KINDS]
            reasons = [(each["clause"], unfolded(each["text"])) for each in answer["because"]]
        except IntakeError as error:
            said = str(error)
    return site.page(
        "policy_due.html",
        400 if said else 200,
        visitor=visitor,
        served=policy,
        asked=asked,
        clocks=clocks,
        reasons=reasons,
        said=said,
    )


@router.get("/policies/{name}/versions")
def versions(site: OurSite, visitor: Looking, name: str, of: str = "") -> Response:
    """The versions that ever served, and how many cases run under each; of one, what differs from the serving one."""
    policy = _policy(site, name)
    with reading(site.house.databases.desk) as connection:
        counts = finding.by_version(connection, visitor.sight, name)
        served = keys.history(connection, "policy", name)
        text = keys.version_text(connection, "policy", name, of) if of else None
    rows = [
        (
            version,
            at,
            sum(counts.get(version, {}).get(state, 0) for state in OPEN),
            sum(counts.get(version, {}).values()),
        )
        for version, at in served
    ]
    difference = list(
        unified_diff((text or "").splitlines(), policy.text.splitlines(), of, policy.version, lineterm="")
    )
    return site.page(
        "policy_versions.html",
        visitor=visitor,
        served=policy,
        rows=rows,
        of=of if text else "",
        difference=difference[2:],
    )


@router.get("/policies/{name}/replay")
def replay(site: OurSite, visitor: Editing, name: str) -> Response:
    """Where a changed file is chosen, and what its replay over the stored cases came to."""
    policy = _policy(site, name)
    return site.page("policy_replay.html", visitor=visitor, served=policy, **_progress(site, visitor, policy))


@router.get("/policies/{name}/replay/progress")
def progress(site: OurSite, visitor: Editing, name: str) -> Response:
    """How far the replay is, alone; for a page that keeps itself fresh."""
    policy = _policy(site, name)
    return site.page("policy_replayed.html", visitor=visitor, served=policy, **_progress(site, visitor, policy))


@router.post("/policies/{name}/replay")
def begin(site: OurSite, visitor: Changing, name: str, file: UploadFile) -> Response:
    """Replays a changed file over the stored cases that this person sees; nothing is written."""
    policy = _policy(site, name)
    try:
        changed = load_policy(file.file.read().decode("utf-8-sig"), file.filename or "the file")
    except UnicodeDecodeError:
        raise IntakeError(f"{file.filename}: not UTF-8") from None
    if changed.name != policy.name:
        raise IntakeError(f"{file.filename}: its name is {changed.name}; right would be {policy.name}")
    job = backtest.job_for(site.house, changed, visitor.reader.now, visitor.sight)
    what = f"{policy.version} becomes {changed.version}"
    _background(site).begin(_key(visitor, policy), what, lambda tell: backtest.backtest(job, tell))
    return RedirectResponse(f"/policies/{name}/replay", 303)


@router.post("/policies/{name}/replay/stop")
def stop(site: OurSite, visitor: Changing, name: str) -> Response:
    """Stops one's own replay."""
    job = _background(site).of(_key(visitor, _policy(site, name)))
    if job is not None:
        job.stopped = True
    return RedirectResponse(f"/policies/{name}/replay", 303)


@router.get("/policies/{name}/replay.csv")
def replayed_csv(site: OurSite, visitor: Editing, name: str) -> Response:
    """Every difference that the replay found, for a spreadsheet."""
    policy = _policy(site, name)
    job = _background(site).of(_key(visitor, policy))
    if job is None or job.result is None:
        raise IntakeError("there is no result of a replay; it is kept until the program starts anew")
    rows = [(each.case, each.what, *each.was, *each.becomes) for each in job.result.differences]
    return download(as_csv(COLUMNS, rows).encode(), f"{name}-replay.csv")


def _progress(site: Site, visitor: Visitor, policy: Policy) -> dict[str, Any]:
    running = _background(site).of(_key(visitor, policy))
    # as it is at one moment: it may end while the page is made
    job = replace(running) if running else None
    result = job.result if job else None
    found = {"totals": backtest.totals(result), "differences": result.differences[:SHOWN]} if result else None
    return {"job": job, "found": found, "more": len(result.differences) - SHOWN if result else 0}


def _key(visitor: Visitor, policy: Policy) -> Hashable:
    """Whose replay it is; whoever sees other cases by now does not see it any more."""
    return visitor.account.address, visitor.sight, policy.name


def _background(site: Site) -> Background:
    found: Background = site.kept.setdefault("background", Background())
    return found


def _policy(site: Site, name: str) -> Policy:
    found = next((each for each in site.house.policies if each.name == name), None)
    if found is None:
        raise NoSuchPolicy(f"No policy is named {name[:40]}.")
    return found


def _kept(site: Site, what: str, policy: Policy, today: date) -> Any:
    """What is made of a policy's version once a day: closed dates and examples depend on nothing else."""
    kept: dict[tuple[str, str], tuple[str, date, Any]] = site.kept.setdefault("of policies", {})
    version, day, found = kept.get((what, policy.name), ("", today, None))
    if version != policy.version or day != today:
        found = MADE[what](policy, today)
        kept[what, policy.name] = (policy.version, today, found)
    return found


def _tried(policy: Policy, _today: date) -> list[Tried]:
    return [Tried(each, tuple(differences(policy, each))) for each in policy.file.examples]


MADE: Mapping[str, Any] = {"published": published, "examples": _tried}


def _question(asked: Asked, reader: Reader) -> dict[str, Any]:
    """A line of `intake due`; an instant without an offset is one of the reader's zone."""
    opened = asked.opened.strip() or reader.now.isoformat()
    try:
        at = datetime.fromisoformat(opened)
    except ValueError:
        at = None
    if at is not None and at.tzinfo is None:
        opened = at.replace(tzinfo=reader.zone).isoformat()
    return {
        "severity": asked.severity,
        "plan": asked.plan or None,
        "opened": opened,
        "zone": asked.zone.strip() or None,
        "tags": asked.tags.split() or None,
        "targets": {"response": {str(asked.severity): asked.target.strip()}} if asked.target.strip() else None,
        "hours": {str(asked.severity): asked.hours} if asked.hours else None,
    }


def _clock(found: Mapping[str, Any] | None, reader: Reader) -> dict[str, str] | None:
    if found is None:
        return None
    shown = {key: reader.whole(datetime.fromisoformat(found[key])) if key in found else "" for key in ("due", "aim")}
    return shown | {"calendar": found["calendar"] or ""}
