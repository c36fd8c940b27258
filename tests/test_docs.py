"""What the pages name is there: links, paths, tests, commands, keys, variables; and none of them is left out."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from intake.cli import COMMANDS, command
from intake.config import Settings
from intake.core.case.commands import COMMANDS as BY_MAIL
from intake.core.policy import schema, schema_examples, schema_rules, schema_types
from intake.core.policy.policy import load_policy
from intake.desk.customers import AgentPart, CustomerPart
from intake.outbound.grammar import FILTERS
from intake.outbound.samples import SAMPLES

ROOT = Path(__file__).parents[1]
VENDORS = re.compile("open-?xchange|zimbra|zerto|zitadel|zoho", re.IGNORECASE)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
FOLDERS = ("intake", "tests", "docs", "policies", "templates", "deploy", "benchmarks", ".ci")
OURS = re.compile(rf"(?:{'|'.join(re.escape(folder) for folder in FOLDERS)})/\S*|[\w.-]+\.(?:md|toml)|Makefile")
MADE_ELSEWHERE = {"config.toml", "customers.toml", "mail.eml"}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HOST = re.compile(r"(?:https?://(?:[^\s/@]*@)?|\S@)((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
# a name of a format, which nobody looks up
NAMESPACES = {"www.w3.org"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def coded(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its kind or above."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    level = heading.split(" ")[0]
    begin = text.index(f"\n{heading}\n") + 1
    after = re.search(rf"^#{{1,{len(level)}}} ", text[begin + len(heading) :], re.MULTILINE)
    return text[begin : begin + len(heading) + after.start()] if after else text[begin:]


def first_cells(text: str) -> list[str]:
    """What stands in backticks in the first cells of tables."""
    return [name for line in text.splitlines() if line.startswith("|") for name in coded(line.split("|")[1])]


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leaves() -> Iterator[tuple[str, Any]]:
    """Every command by its words."""
    for name in COMMANDS:
        made = command(name)
        for sub, each in getattr(made, "commands", {"": made}).items():
            yield f"{name} {sub}".strip(), each


LEAVES = dict(leaves())


@every_page
def test_links_between_pages_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@every_page
def test_paths_and_tests_that_a_page_names_exist(page: Path) -> None:
    for name in coded(prose(page)):
        path, _, test = name.partition("::")
        if OURS.fullmatch(path) and path not in MADE_ELSEWHERE:
            assert (ROOT / path).exists(), name
            assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_the_table_of_commands_has_each_of_them_and_no_other() -> None:
    told = first_cells((ROOT / "docs/commands.md").read_text(encoding="utf-8"))
    assert sorted(told) == sorted(f"intake {name}" for name in LEAVES)


def test_the_page_for_agents_has_each_command_as_the_table_has_it_and_no_other() -> None:
    told = [line for line in section("agents-by-mail.md", "## Commands").splitlines() if line.startswith("| `")]
    assert told == [f"| `{each.form}` | {each.about} |" for each in BY_MAIL]


@every_page
def test_command_lines_that_a_page_shows_have_only_known_words_and_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fenced = [line for block in FENCE.findall(text) for line in block.splitlines()[1:-1]]
    for line in [*fenced, *(name for name in coded(prose(page)) if re.fullmatch(r"intake \w.*", name))]:
        shown = re.search(r"(?:^|/bin/|\| )intake (.*)", line)
        if shown is None:
            continue
        words = shlex.split(shown[1].split(" > ")[0])
        name = next((" ".join(words[:count]) for count in (2, 1) if " ".join(words[:count]) in LEAVES), None)
        if words[0] == "--version":
            continue
        assert name is not None, line
        known = {option for parameter in LEAVES[name].params for option in parameter.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_every_key_of_the_configuration_is_explained_in_the_example() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    parts = re.split(r"^(?:# )?\[\[?(\w+)\]?\]", text, flags=re.MULTILINE)
    told: dict[str, str] = {}
    for name, keys_of in zip(parts[1::2], parts[2::2], strict=True):
        told[name] = told.get(name, "") + keys_of
    assert told.keys() == Settings.model_fields.keys()
    for name in told:
        # LMTP has the keys of SMTP, and is explained by them
        keys = {key for model in models_of(name) for key in model.model_fields if name != "lmtp"}
        assert keys == {key for key in keys if re.search(rf"\b{key} = [^#\n]*# ?\S|# or {key} = ", told[name])}, name


def models_of(part: str) -> list[type[BaseModel]]:
    """The models of a part of the configuration, one where it is a table or a list of tables."""
    annotation = Settings.model_fields[part].annotation
    return [each for each in (annotation, *_arguments(annotation)) if _is_model(each)]


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return tuple(getattr(annotation, "__args__", ()))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


@every_page
def test_keys_of_the_configuration_that_a_page_names_exist(page: Path) -> None:
    if page.name == "templates.md":
        return
    for name in coded(prose(page)):
        part, dot, key = name.partition(".")
        if dot and part in Settings.model_fields and re.fullmatch(r"\w+", key) and key not in ("py", "toml"):
            assert any(key in model.model_fields for model in models_of(part)), name


TABLES: Mapping[str, list[type[BaseModel]]] = {
    "### `[calendars.NAME]`": [schema.CalendarPart, schema.CountryHolidays, schema.NamedHoliday],
    "### `[[severities]]`": [schema.SeverityPart],
    "### `[[fields]]`": [schema.FieldPart, schema.AllowedValue],
    "### `[[severity_rules]]`": [schema_rules.SeverityRule, schema_rules.When],
    "### `[[targets]]`": [schema.TargetPart],
    "### `[entitlement]`": [schema_types.Reasoned],
    "### `[information]`": [schema.InformationPart],
    "### `[chasing]`": [schema.ChasingPart],
    "### `[[ladder]]`": [schema_rules.LadderStep],
    "### `[reopening]`": [schema.ReopeningPart],
    "### `[[regions]]`": [schema.RegionPart],
    "### `[[mark_rules]]`": [schema_rules.MarkRule],
    "### `[[alerts]]`": [schema_rules.AlertRule],
    "### `[[lowering]]`": [schema_rules.LoweringPart],
    "### `[[warnings]]`": [schema_rules.WarningPart],
    "### `[registration]`": [schema_rules.RegistrationPart],
    "### `[consent]`": [schema_rules.ConsentPart],
    "### `[[allowance]]`": [schema_rules.AllowancePart],
    "### `[flood]`": [schema_rules.FloodPart],
    "### `[credits]`": [schema_rules.CreditsPart],
    "### `[engineer]`": [schema_rules.EngineerPart],
    "### `[[tasks]]`": [schema_rules.TaskPart],
    "### `[[contract_hours]]`": [schema_rules.ContractHoursPart],
    "### `[triage]`": [schema.TriagePart],
    "### `[escalation]`": [schema_rules.EscalationPart],
    "### `[work_list]`": [schema_rules.WorkListPart],
    "### `[[examples]]`": [schema_examples.ExamplePart, schema_examples.ExampleStep],
    "## Customers": [CustomerPart],
}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_a_policy_and_of_a_customer_is_explained(heading: str) -> None:
    words = {word for each in coded(section("policies.md", heading)) for word in re.findall(r"\w+", each)}
    for model in TABLES[heading]:
        assert set(model.model_fields) <= words, model.__name__


def test_every_table_of_a_policy_is_explained() -> None:
    text = section("policies.md", "## The file")
    top = set(first_cells(section("policies.md", "### At the top")))
    tables = {name.split(".")[0].strip("[]") for name in re.findall(r"^### `(.+)`$", text, re.MULTILINE)}
    assert top | tables == set(schema.PolicyFile.model_fields)


CLAUSE = re.compile(r"^\| ([A-Z]+-\d+) \| (Works|Told) \| \S", re.MULTILINE)


def clauses() -> dict[str, str]:
    """The clauses of the shipped policies with their marks, as the page lists them."""
    return dict(CLAUSE.findall(section("policies.md", "## The clauses")))


def test_every_clause_that_a_shipped_policy_quotes_is_listed_with_its_mark() -> None:
    files = sorted((ROOT / "policies").glob("*.toml"))
    quoted = [load_policy(file.read_text(encoding="utf-8"), file.name).file.clauses for file in files]
    assert sorted(clauses()) == sorted(clause for each in quoted for clause in each)


def test_every_clause_that_works_has_a_test_of_its_name() -> None:
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests/policies").glob("test_*.py"))
    works = [clause for clause, mark in clauses().items() if mark == "Works"]
    named = {clause for clause in works if f"def test_{clause.lower().replace('-', '_')}_" in tests}
    assert set(works) - named == set()
    assert works


def test_the_keys_of_an_agent_are_named() -> None:
    line = next(line for line in (ROOT / "docs/commands.md").read_text().splitlines() if "agent import" in line)
    assert set(AgentPart.model_fields) <= set(coded(line))


def test_the_table_of_templates_has_each_of_them_and_no_other() -> None:
    assert first_cells(section("templates.md", "## The templates")) == _in_order_of(SAMPLES)


def _in_order_of(names: Mapping[str, Any]) -> list[str]:
    customers = [name for name in names if not name.startswith("desk-")]
    told = first_cells(section("templates.md", "## The templates"))
    desk = sorted((name for name in names if name.startswith("desk-")), key=told.index)
    return [*customers, *desk]


def variables(values: Any, before: str = "") -> set[str]:
    """The names that a template may write: `case.reference`, `because`, `because[].text`."""
    if isinstance(values, Mapping):
        names = {f"{before}.{name}" if before else name: value for name, value in values.items()}
        return {found for name, value in names.items() for found in variables(value, name)}
    if isinstance(values, list):
        inner = {name for item in values if isinstance(item, Mapping) for name in variables(item, f"{before}[]")}
        return {before, *inner}
    return {before}


def test_every_variable_of_a_template_is_documented_and_every_documented_one_exists() -> None:
    told = first_cells(section("templates.md", "## Variables"))
    assert len(told) == len(set(told))
    assert set(told) == {name for values in SAMPLES.values() for name in variables(values)}


def test_each_single_variable_is_documented_for_the_templates_that_have_it() -> None:
    told: list[str] = []
    for line in section("templates.md", "## Variables").splitlines():
        cells = line.split("|")
        if len(cells) != 5 or "`" not in cells[1]:
            continue
        told = coded(cells[2]) if "the same" not in cells[2] else told
        (name,) = coded(cells[1])
        assert sorted(told) == sorted(each for each, values in SAMPLES.items() if name in variables(values)), name


def test_the_filters_of_a_template_are_documented() -> None:
    said = section("templates.md", "## What a template may say")
    line = next(line for line in said.splitlines() if "Filters:" in line)
    assert tuple(coded(line)[: len(FILTERS)]) == FILTERS


def test_the_makefile_has_what_the_pages_tell_to_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)}
    assert {"demo", "test"} <= told <= targets


def texts() -> Iterator[Path]:
    """The repository's own files, whether committed yet or not; a picture's bytes are no text."""
    left_out = {"var", "build", "dist", "__pycache__"}
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if file.is_file() and file.suffix != ".png" and not hidden and not left_out & set(parts):
            yield file


def test_no_real_domain_stands_anywhere() -> None:
    found = {
        f"{file.relative_to(ROOT)}: {host}"
        for file in texts()
        for host in HOST.findall(file.read_bytes().decode("utf-8", "replace"))
        if not host.lower().endswith(".example") and host not in NAMESPACES
    }
    assert not found


def test_no_vendors_name_stands_in_the_program() -> None:
    named = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sorted((ROOT / "intake").rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if VENDORS.search(line)
    ]
    assert not named


def test_each_threat_has_tests_that_carry_its_number_and_each_number_is_a_threat() -> None:
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    found: set[int] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for numbers in re.findall(r"def test_threats?_((?:\d+_)+)", file.read_text(encoding="utf-8")):
            found |= {int(number) for number in numbers.strip("_").split("_")}
    assert rows == found == set(range(1, 55))
