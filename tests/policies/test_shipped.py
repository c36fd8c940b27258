"""The shipped policies: each example holds, and each clause that computes has one."""

from pathlib import Path

import pytest

from intake.core.case.examples import differences
from intake.core.policy.policy import load_policy
from intake.core.policy.schema_examples import ExamplePart

FILES = sorted((Path(__file__).parents[2] / "policies").glob("*.toml"))
POLICIES = {file.stem: load_policy(file.read_text(encoding="utf-8"), file.name) for file in FILES}
EXAMPLES = [(name, example) for name, policy in POLICIES.items() for example in policy.file.examples]
TOLD = {"ZIM-10", "ZIT-9", "ZOH-9"}


@pytest.mark.parametrize(
    ("name", "example"), EXAMPLES, ids=[f"{example.clause}: {example.says}" for _, example in EXAMPLES]
)
def test_each_example_of_a_shipped_policy_holds(name: str, example: ExamplePart) -> None:
    assert differences(POLICIES[name], example) == []


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_each_clause_that_computes_has_an_example(name: str) -> None:
    file = POLICIES[name].file
    assert set(file.clauses) - {example.clause for example in file.examples} == TOLD & set(file.clauses)


def test_five_policies_are_shipped() -> None:
    assert sorted(POLICIES) == ["open-xchange", "zerto", "zimbra", "zitadel", "zoho"]
