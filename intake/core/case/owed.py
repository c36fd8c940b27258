"""What a customer still owes of the form."""

from intake.core.case.case import Case
from intake.core.mail.fields import missing_fields
from intake.core.policy.policy import Policy


def owed(policy: Policy, case: Case) -> tuple[str, ...]:
    """The keys of fields that are missing or off their list and that nobody waived, in the form's order (OX-3)."""
    return tuple(key for key in missing_fields(policy.specs, case.fields) if key not in case.waived)
