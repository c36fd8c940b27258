"""A severity that a customer asks for later: what the policy says to it, who is told, what is answered."""

from collections.abc import Mapping
from dataclasses import replace

from intake.core.case.alarm import alarm
from intake.core.case.case import Case, Customer, Decision, Entry, Notice, Wish
from intake.core.case.opening import registered
from intake.core.mail.form import FieldValue
from intake.core.policy.policy import Policy
from intake.core.policy.severity import Asked, Judged, alerts_at, judge
from intake.core.sentences import sentence

REFUSED = "refused"


def wished(
    policy: Policy,
    decision: Decision,
    given: int,
    *,
    writer: str,
    fields: Mapping[str, FieldValue],
    text: str,
    customer: Customer | None,
) -> Decision:
    """The wish kept. Where it differs from the severity, a person is told, and a letter answers it with the clause.

    `fields` and `text` are the mail's own. Whom the policy alerts of such a wish hears of it at once. A person decides,
    unless the policy holds the severity: then the wish is refused.
    """
    case = replace(decision.case, wished_severity=given)
    said = sentence("{who} asks for Severity {given}", who=writer, given=given)
    if given == case.severity:
        return replace(decision, case=case).then(Entry("severity-wish", f"{said}, as it is", writer))
    refused = case.held is not None and given < case.severity
    why = (case.held,) if case.held is not None and refused else case.because[:1]
    judged = _judged(policy, case, fields, text, customer, writer)
    standing = alerts_at(policy, case.severity, case.plan)
    told = {each.role: each.because for each in judged.alerts if each not in standing}
    shown = tuple(each for each in told.values() if each in judged.because)
    said = sentence("{wish}; the policy refuses it", wish=said) if refused else said
    return replace(decision, case=case).then(
        Entry("severity-wish", said, writer, why),
        wishes=(Wish("severity-wish", text=REFUSED if refused else "", because=(*why, *shown)),),
        notices=(
            Notice("desk-alert", case.assignee or policy.file.chasing.remind, said),
            *(Notice("desk-alert", role, alarm(writer, case, because), at_once=True) for role, because in told.items()),
        ),
    )


def _judged(
    policy: Policy, case: Case, fields: Mapping[str, FieldValue], text: str, customer: Customer | None, writer: str
) -> Judged:
    asked = Asked(
        case.channel,
        case.plan,
        {**case.fields, **fields},
        text,
        known=customer is not None,
        registered=registered(policy, customer, writer),
    )
    return judge(policy, asked, case.tags)
