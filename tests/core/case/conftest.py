"""Cases to begin from."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from intake.core.case.case import Case
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.policy.policy import Policy


@pytest.fixture
def opened(policy: Policy, opening: Callable[..., Opening]) -> Callable[..., Case]:
    """Makes a stored case whose first letter went out, from the text of its form and changes of the opening."""

    def make(form: str = "", **changes: object) -> Case:
        wanted = opening(**{"fields": read_fields(policy.specs, [form]), **changes})
        decision = open_case(policy, wanted, wanted.opened_at)
        kinds = frozenset(wish.kind for wish in decision.wishes)
        return replace(decision.case, id=1, version=1, answered=kinds, answer_to=decision.case.contact.address)

    return make
