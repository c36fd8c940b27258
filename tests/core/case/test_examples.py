"""Examples in a policy file are run like the mails and acts that they tell of."""

from intake.core.case.examples import CHECKED, differences
from intake.core.policy.policy import load_policy
from intake.core.policy.schema_examples import Expected

EXAMPLE = """
[[examples]]
clause = "H-3"
says = "the customer's number is taken"
opened = 2026-11-23T10:00:00+01:00
text = "Severity: 2"
expect = { severity = %s, response = 2026-11-23T14:00:00+01:00 }
"""


def test_every_expectation_is_checked() -> None:
    assert set(CHECKED) | {"without_marks"} == set(Expected.model_fields)


def test_an_example_that_holds_says_nothing(house_text: str) -> None:
    policy = load_policy(house_text + EXAMPLE % 2, "house.toml")
    assert differences(policy, policy.file.examples[0]) == []


def test_an_example_that_does_not_hold_names_what_came_out(house_text: str) -> None:
    policy = load_policy(house_text + EXAMPLE % 3, "house.toml")
    assert differences(policy, policy.file.examples[0]) == ["severity is 2, not 3"]
