"""What a role that the policy has told at once reads: who wants what on which case. The reader is the desk."""

from intake.core.case.case import Case
from intake.core.policy.because import Because


def alarm(who: str, case: Case, because: Because) -> str:
    """The first words of the alert, with the clause that asks for it. `case` holds what the customer wished by now."""
    wished = case.wished_severity
    if wished is not None and wished != case.severity:
        said = f"{who} asks for Severity {wished} on {case.reference}, which has Severity {case.severity}"
    else:
        said = f"{who} wrote on {case.reference}, which has Severity {case.severity}"
    return f"{said}. The policy has you told at once ({because.clause})."
