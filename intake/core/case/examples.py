"""The examples of a policy file, run: what becomes of a mail or a case, and where that is not what the file says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from intake.core.case.act import Act, Refused
from intake.core.case.acts import act
from intake.core.case.case import Case, Clock, Customer, Decision, Notice, Record
from intake.core.case.chasing import chase
from intake.core.case.credits import owed
from intake.core.case.opening import Opening, open_case
from intake.core.case.replies import Reply, take_reply
from intake.core.mail.fields import missing_fields, read_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.mail.read import read
from intake.core.policy.policy import Policy
from intake.core.policy.schema_examples import ExampleCustomer, ExamplePart, ExampleStep
from intake.core.policy.severity import SEVERITY_FIELD

ACTS = {"resolve": ("status", "resolved"), "exempt": ("exempt", "yes"), "critical": ("critical", "yes")}
TEXT = "an answer"


@dataclass
class Run:
    """One example as it unfolds."""

    policy: Policy
    example: ExamplePart
    case: Case
    text: str
    customer: Customer | None
    notices: list[Notice] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    refused: str | None = None

    def take(self, decision: Decision) -> None:
        """Goes on with what was decided; letters count as sent."""
        kinds = [f"{wish.kind}-{wish.number}" if wish.number else wish.kind for wish in decision.wishes]
        self.case = replace(decision.case, answered=decision.case.answered | set(kinds))
        self.notices += decision.notices
        self.letters += [wish.kind for wish in decision.wishes]


def differences(policy: Policy, example: ExamplePart) -> list[str]:
    """What comes out otherwise than the example says, a line each; none where it holds."""
    return [said for _, said in differing(policy, example)]


def differing(policy: Policy, example: ExamplePart) -> list[tuple[str, str]]:
    """The same with the key of `expect` that each line is about."""
    run = _opened(policy, example)
    for step in example.then:
        try:
            run.take(_step(run, step))
        except Refused as refused:
            run.refused = str(refused)
    found = []
    for name, wanted in example.expect.model_dump(exclude_none=True, exclude={"without_marks"}).items():
        got = CHECKED[name](run)
        if not _same(name, wanted, got):
            found.append((name, f"{name} is {_shown(got)}, not {_shown(wanted)}"))
    unwanted = sorted(run.case.marks & set(example.expect.without_marks))
    return found + ([("without_marks", f"marks hold {', '.join(unwanted)}")] if unwanted else [])


def _opened(policy: Policy, example: ExamplePart) -> Run:
    part = example.customer
    sender, subject, text, texts = Address("", example.sender), example.subject, example.text, [example.text]
    files: Sequence[str] = ()
    language = "en"
    if example.mail:
        message = read(example.mail.lstrip("\n").replace("\n", "\r\n").encode())
        sender, subject = message.from_ or sender, message.subject
        text, texts, language = message.new_text, list(message.form_texts), message.language or "en"
        files = message.file_texts
    customer = None
    if not example.stranger:
        customer = _customer(policy, part)
    fields: Mapping[str, FieldValue] = read_fields(policy.specs, texts, files)
    if example.severity is not None:
        level = str(example.severity)
        fields = {**fields, SEVERITY_FIELD: FieldValue(level, level, True)}
    opening = Opening(
        reference=f"{policy.file.prefix}-1",
        route="support@desk.example",
        queue="support",
        channel=example.channel,
        customer=customer,
        contact=sender,
        subject=subject,
        text=f"{subject}\n{text}",
        language=policy.speaks(customer.language if customer else None) or policy.speaks(language) or "en",
        opened_at=example.opened,
        fields=fields,
        record=Record(part.earlier_cases, part.earlier_tagged),
        asks_escalation=example.at_escalation,
        tags=frozenset(example.tags),
    )
    decision = open_case(policy, opening, example.opened)
    run = Run(policy, example, decision.case, opening.text, customer)
    run.take(decision)
    return run


def _customer(policy: Policy, part: ExampleCustomer) -> Customer:
    return Customer(
        id=1,
        name="the customer",
        policy=policy.name,
        plan=part.plan,
        since=part.since,
        zone=part.zone,
        country=part.country,
        region=part.region,
        language=part.language,
        engineer=part.engineer,
        targets=part.targets,
        hours=part.hours,
        domains=tuple(part.domains),
        contacts=tuple(part.contacts),
    )


def _step(run: Run, step: ExampleStep) -> Decision:
    if step.do == "tick":
        return chase(run.case, step.at)
    if step.do in ("customer", "partner"):
        return take_reply(run.policy, run.case, _reply(run, step), step.at)
    what, value = ACTS.get(step.do, (step.do, step.text))
    if step.do in ("reply", "ask", "consent"):
        value = step.text or TEXT
    if step.do == "severity":
        value = str(step.severity)
    wanted = Act(what, value, f"{step.by}@desk.example", step.text or TEXT, frozenset({step.by}))
    return act(run.policy, run.case, wanted, run.customer, step.at)


def _reply(run: Run, step: ExampleStep) -> Reply:
    sender = Address("", step.sender) if step.sender else run.case.contact
    domain = sender.address.rpartition("@")[2]
    known = run.customer is not None and domain in run.customer.domains
    return Reply(
        writer=sender,
        fields=read_fields(run.policy.specs, [step.text]),
        text=f"{run.case.subject}\n{step.text}" if not step.text.startswith("Subject:") else step.text,
        customer=run.customer,
        because="its token",
        received_at=step.at,
        third_party=not known and run.case.participant(sender.address) is None,
        case_text=run.text,
    )


def _due(kind: str) -> Callable[[Run], datetime | str]:
    def due(run: Run) -> datetime | str:
        clock = next((each for each in reversed(run.case.clocks) if each.kind == kind), None)
        if clock is not None and clock.state == "paused":
            return "paused"
        over = clock is None or clock.due_at is None or (clock.state == "ended" and kind != "response")
        return "none" if over or clock is None or clock.due_at is None else clock.due_at

    return due


def _aim(run: Run) -> datetime | None:
    clock: Clock | None = run.case.latest("response")
    return clock.aim_at if clock else None


def _same(name: str, wanted: Any, got: Any) -> bool:
    if name == "refused":
        return got is not None and wanted in got
    if isinstance(wanted, list):
        return sorted(wanted) == sorted(got)
    return bool(wanted == got)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return ", ".join(value) or "empty" if isinstance(value, list) else str(value)


CHECKED: Mapping[str, Callable[[Run], Any]] = {
    "severity": lambda run: run.case.severity,
    "clause": lambda run: run.case.because[0].clause,
    "marks": lambda run: sorted(run.case.marks),
    "tags": lambda run: sorted(run.case.tags),
    "missing": lambda run: list(missing_fields(run.policy.specs, run.case.fields)),
    "response": _due("response"),
    "aim": _aim,
    "update": _due("update"),
    "resolution": _due("resolution"),
    "escalation": _due("escalation"),
    "assignee": lambda run: run.case.assignee,
    "alerts": lambda run: [notice.role for notice in run.notices if notice.at_once],
    "told": lambda run: [notice.role for notice in run.notices if not notice.at_once],
    "letter": lambda run: run.letters[-1] if run.letters else "none",
    "language": lambda run: run.case.language,
    "credits": lambda run: owed(
        run.policy, run.case, run.example.then[-1].at if run.example.then else run.case.opened_at
    ),
    "level": lambda run: run.case.escalation.level if run.case.escalation else 0,
    "state": lambda run: run.case.state,
    "refused": lambda run: run.refused,
    "tasks": lambda run: [task.name for task in run.case.tasks],
}
