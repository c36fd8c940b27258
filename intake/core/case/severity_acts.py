"""A person's acts on a severity: setting it, and the lowering that a workaround or its kind brings."""

from dataclasses import replace

from intake.core.case import clocks, severity_change
from intake.core.case.act import Act, Refused, Setting
from intake.core.case.case import Case, Decision, Entry, Notice, Wish
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.policy import Policy
from intake.core.policy.severity import alerts_at
from intake.core.sentences import Sentence, joined, sentence, translated

CRITICAL = "critical"
DECIDED = "decided"
"""As the text of a wish: a person set the severity, not the customer's own mail."""


def severity(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """The severity set by a person. One that the policy holds is not raised; what it warns of is said.

    The customer hears of another severity, with what is promised now, and of a wish that is decided, also where the
    severity stays.
    """
    policy, case = setting.policy, decision.case
    levels = [part.level for part in policy.file.severities]
    if wanted.value not in map(str, levels):
        known = ", ".join(map(str, levels))
        raise Refused(
            sentence(
                'no severity "{written}" under {policy}; right would be one of {known}',
                written=wanted.value,
                policy=policy.name,
                known=known,
            )
        )
    new, wished = int(wanted.value), case.wished_severity
    open_wish = wished is not None and wished != case.severity
    if new == case.severity and "triage" not in case.marks and not open_wish:
        raise Refused(sentence("{case} has Severity {severity} already", case=case.reference, severity=new))
    if new < case.severity and case.held is not None:
        raise Refused(
            sentence(
                "{case} stays at Severity {severity}: {because} ({clause})",
                case=case.reference,
                severity=case.severity,
                because=case.held,
                clause=case.held.clause,
            )
        )
    why = _why(policy.severity(new).clause, wanted.because, new)
    after = severity_change.changed(policy, case, new, setting.now, setting.customer)
    after = replace(after, because=(why, *case.because[1:])).unmarked("triage")
    decision = replace(decision, case=after).then(_decided(case, after, wanted.by))
    decision = decision.then(wishes=_told(case, after, open_wish=open_wish))
    if new >= case.severity:
        return decision
    alerts = alerts_at(policy, new, case.plan)
    told = tuple(
        Notice("desk-alert", alert.role, _raised(wanted.by, after, alert.because), at_once=True) for alert in alerts
    )
    return decision.then(*warnings(policy, new), notices=told)


def _told(before: Case, after: Case, *, open_wish: bool = False) -> tuple[Wish, ...]:
    """The letter to the customer; none where the case is over."""
    tells = open_wish or before.severity != after.severity
    over = after.state in ("resolved", "closed")
    return (Wish(severity_change.TOLD, after.severity, text=DECIDED),) if tells and not over else ()


def _why(clause: str, because: str, level: int) -> Because:
    """The person's own reason, else that a person decided."""
    if because:
        return Because(clause, because)
    return Because.of(clause, sentence("A person of the support team set Severity {level}.", level=level))


def _decided(before: Case, after: Case, by: str) -> Entry:
    """What the history says of it; a severity that stays although the customer wished for another was decided, too."""
    entry = severity_change.entry(before, after, by)
    wished = before.wished_severity
    if before.severity != after.severity or wished in (None, after.severity):
        return entry
    stays = sentence(
        "Severity {severity} stays; the customer asked for {wished}", severity=after.severity, wished=wished
    )
    return replace(entry, text=stays)


def _raised(by: str, case: Case, because: Because) -> Sentence:
    said = sentence("{who} set {case} to Severity {severity}", who=by, case=case.reference, severity=case.severity)
    return sentence("{what}. The policy has you told at once ({clause}).", what=said, clause=because.clause)


def critical(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """A person says whether the case is critical, for which a policy may have targets of its own."""
    policy, case, now = setting.policy, decision.case, setting.now
    if wanted.value not in ("yes", "no"):
        raise Refused(sentence('"{written}" says nothing; right would be "yes" or "no"', written=wanted.value))
    parts = [part for part in policy.file.targets if CRITICAL in part.tags]
    if not parts:
        raise Refused(sentence("{policy} has no targets for critical cases", policy=policy.name))
    is_critical = CRITICAL in case.marks | case.tags
    if is_critical == (wanted.value == "yes"):
        never = sentence("{case} is not critical already", case=case.reference)
        raise Refused(sentence("{case} is critical already", case=case.reference) if is_critical else never)
    if is_critical:
        after = replace(case.unmarked(CRITICAL), tags=case.tags - {CRITICAL})
        after = severity_change.recounted(policy, after, now, setting.customer)
    else:
        after = severity_change.hurried(policy, case.marked(CRITICAL), now, setting.customer)
    said = "not critical" if is_critical else CRITICAL
    text = ": ".join(filter(None, (said, wanted.because)))
    text = "; ".join(filter(None, (text, severity_change.figures_of(case, after))))
    why = Because(parts[0].clause, wanted.because or policy.file.clauses.get(parts[0].clause, CRITICAL))
    entry = Entry(CRITICAL, text, wanted.by, (why,))
    return replace(decision, case=after).then(entry)


def warnings(policy: Policy, level: int) -> tuple[Entry, ...]:
    """What the policy tells a person who raises a case to a severity."""
    return tuple(
        Entry("warning", part.reason.sentence, because=(part.reason,))
        for part in policy.file.warnings
        if level in part.severity
    )


def lower(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """A workaround, a customer who cannot go on, a service that is back: the severity drops by the policy's table.

    A workaround meets the resolution target. Without a row for the severity it stays as it is.
    """
    policy, case, now = setting.policy, decision.case, setting.now
    rows = [part for part in policy.file.lowering if part.act == wanted.what]
    row = next((part for part in rows if case.severity in part.severity), None)
    if row is None and wanted.what != "workaround":
        at_all = sentence(
            '{policy} has no "{act}" at all; `severity` changes it with a reason', policy=policy.name, act=wanted.what
        )
        here = sentence(
            '{policy} has no "{act}" at Severity {severity}; `severity` changes it with a reason',
            policy=policy.name,
            act=wanted.what,
            severity=case.severity,
        )
        raise Refused(here if rows else at_all)
    why = (Because(row.clause, wanted.because) if wanted.because else row.reason) if row else None
    what = translated(wanted.what.replace("-", " "))
    said = joined(": ", (what, *([wanted.because] if wanted.because else [])))
    decision = decision.then(Entry(wanted.what, said, wanted.by, (why,) if why else ()))
    if wanted.what == "workaround":
        case = clocks.end(
            case, "resolution", now, Because.of(why.clause if why else HOUSE, sentence("met: a workaround was given"))
        )
    if row is not None and why is not None:
        before = case
        case = severity_change.changed(
            policy, case, row.severity[case.severity], now, setting.customer, without_new=True
        )
        case = replace(case, because=(why, *case.because[1:]))
        decision = decision.then(severity_change.entry(before, case, wanted.by), wishes=_told(before, case))
        case = clocks.pause(case, now, said) if row.pauses else case
    return replace(decision, case=case)
