"""What a role that the policy has told at once reads: who wants what on which case. The reader is the desk."""

from intake.core.case.case import Case
from intake.core.policy.because import Because
from intake.core.sentences import Sentence, sentence


def alarm(who: str, case: Case, because: Because) -> Sentence:
    """The first words of the alert, with the clause that asks for it. `case` holds what the customer wished by now."""
    wished = case.wished_severity
    if wished is not None and wished != case.severity:
        said = sentence(
            "{who} asks for Severity {wished} on {case}, which has Severity {severity}",
            who=who,
            wished=wished,
            case=case.reference,
            severity=case.severity,
        )
    else:
        said = sentence(
            "{who} wrote on {case}, which has Severity {severity}",
            who=who,
            case=case.reference,
            severity=case.severity,
        )
    return sentence("{what}. The policy has you told at once ({clause}).", what=said, clause=because.clause)
