"""A customer's thanks, and the wish to close: heard, asked about, never guessed."""

from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Decision, Entry, Notice, Wish
from intake.core.mail.farewell import Farewell
from intake.core.policy.policy import Policy
from intake.core.sentences import sentence, translated

ASKED = "closing-asked"


def take(
    policy: Policy, decision: Decision, said: Farewell, who: str, at: datetime, *, proven: bool
) -> Decision | None:
    """What a mail does that says nothing else than `said`; None where it is to be taken as any other mail.

    Thanks wake nothing and start no clock. Who says that it is solved is asked whether the case may be closed, once;
    a yes to that closes it, and wakes no case that is over by then. `proven`: the mail came to the token of a letter
    of ours, or its sender is authenticated.
    """
    case = decision.case
    asked = ASKED in case.answered
    if said in ("yes", "close") and asked and proven and case.state != "closed":
        over = replace(clocks.end_all(case, at), state="closed", closed_at=at)
        return replace(decision, case=over).then(
            Entry("closed", sentence("{who} said that the case may be closed", who=who), who)
        )
    if case.state in ("resolved", "closed"):
        if said == "yes" and not asked:
            return None
        return decision.then(
            Entry("farewell", sentence("thanks: the case stays {state}", state=translated(case.state)), who)
        )
    if said == "thanks":
        return decision.then(Entry("farewell", sentence("thanks: nothing is asked of us"), who))
    if said == "yes":
        return None
    text = sentence(
        "{who} writes that it is solved, or may be closed; a person or the customer's yes closes {case}",
        who=who,
        case=case.reference,
    )
    role = case.assignee or policy.file.chasing.remind
    return decision.then(
        Entry(ASKED, text, who), wishes=(Wish("closing-asked"),), notices=(Notice("desk-alert", role, text),)
    )
