"""An open case moved to another version of its policy: an explicit act, with the figures of both in the history."""

from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks, severity_change
from intake.core.case.backtest import Past, rejudged
from intake.core.case.case import Case, Customer, Decision, Entry
from intake.core.policy.policy import Policy


def moved(
    old: Policy, new: Policy, case: Case, text: str, customer: Customer | None, now: datetime, actor: str
) -> Decision:
    """The case under the new version; `text` are the subject and the words that it was opened with.

    A severity that the old rules gave is judged anew; one that a person set stays, where the new version knows it.
    Open clocks are recounted from their starts; a target missed stays missed.
    """
    plan = _plan(new, case, customer)
    after = replace(case, policy_version=new.version, plan=plan, changed_at=now)
    past = _past(case, text, customer)
    by_people = case.tags - rejudged(old, past, case.plan).tags
    was = rejudged(old, past, case.plan, by_people)
    becomes = rejudged(new, past, plan, by_people)
    by_rules = was.severity == case.severity and bool(case.because) and was.because[0].same_as(case.because[0])
    known = any(part.level == case.severity for part in new.file.severities)
    if by_rules or not known:
        worst = min(case.worst or case.severity, becomes.severity)
        because = (becomes.because[0], *case.because[1:])
        after = replace(after, severity=becomes.severity, because=because, held=becomes.held, worst=worst)
    after = severity_change.recounted(new, after, now, customer)
    if case.clocks and case.latest("resolution") is None:
        after = clocks.start_resolution(new, after, now, customer)
    return Decision(after, (Entry("policy-version", _said(case, after), actor, after.because[:1]),))


def _plan(new: Policy, case: Case, customer: Customer | None) -> str | None:
    """The case's plan, where the new version has it; else the customer's or the fallback."""
    plans = new.file.plans
    own = customer.plan if customer else None
    candidates = [each for each in (case.plan, own) if each is not None and (not plans or each in plans)]
    return candidates[0] if candidates else new.file.fallback_plan


def _past(case: Case, text: str, customer: Customer | None) -> Past:
    return Past(
        reference=case.reference,
        channel=case.channel,
        plan=case.plan,
        contact=case.contact.address,
        customer=customer,
        region=case.region,
        country=case.country,
        fields=case.fields,
        tags=case.tags,
        text=text,
        opened_at=case.opened_at,
        clocks=(),
    )


def _said(before: Case, after: Case) -> str:
    said = f"policy version {before.policy_version} becomes {after.policy_version}"
    if before.severity != after.severity:
        said += f"; Severity {before.severity} becomes {after.severity}"
    return "; ".join(filter(None, (said, severity_change.figures_of(before, after))))
