"""What running the policies shows: examples that do not hold, and warnings that only time or customers bring."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from intake import tomlfile
from intake.app import database_url
from intake.config import Config
from intake.config.sound import UNKNOWN_SECRET
from intake.core.case.case import Customer
from intake.core.case.examples import differing
from intake.core.hours import Country, parse_target
from intake.core.policy.because import PHONE
from intake.core.policy.policy import Policy
from intake.desk.policies import Policies
from intake.errors import IntakeError, Mistake
from intake.store import people
from intake.store.engine import open_databases, reading

YEARS_AHEAD = 2


def example_mistakes(policies: Policies) -> list[Mistake]:
    """Each example of a policy's file that comes out otherwise than it says, with file, line and key."""
    found = (_of_examples(policy, policies.file_of(policy.name)) for policy in policies)
    return [mistake for each in found for mistake in sorted(each, key=lambda mistake: mistake.line)]


def warnings(config: Config, policies: Policies, year: int) -> list[Mistake]:
    """What a person should know though nothing is wrong: years without holidays, contracts without hours."""
    customers = _customers(config) if any(policy.file.contract_hours for policy in policies) else []
    found: list[Mistake] = [*_of_secrets(config), *_of_telephones(config, policies)]
    for policy in policies:
        text = tomlfile.parse(policy.text, policies.file_of(policy.name))
        found += _of_calendars(policy, text, year)
        found += _of_contracts(policy, text, customers)
    return found


def _of_examples(policy: Policy, file: str) -> Iterator[Mistake]:
    text = tomlfile.parse(policy.text, file)
    for index, example in enumerate(policy.file.examples):
        try:
            found = differing(policy, example)
        except ValueError as error:
            yield text.mistake(("examples", index), f'"{example.says}" cannot be run: {error}')
            continue
        for name, said in found:
            yield text.mistake(("examples", index, "expect", name), f'"{example.says}" ({example.clause}): {said}')


def _of_secrets(config: Config) -> Iterator[Mistake]:
    """Secrets that cannot be had now; the program may run where they can."""
    settings = config.settings
    places: dict[tomlfile.Path, str] = {
        ("outgoing", "password"): settings.outgoing.password if settings.outgoing.smtp else ""
    }
    for index, mailbox in enumerate(settings.mailbox):
        key = "password" if mailbox.password else "token"
        places["mailbox", index, key] = mailbox.password or mailbox.token
    for section, part in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        places |= {(section, "logins", user): place for user, place in part.logins.items()}
    if settings.store.url.startswith(("env:", "file:")):
        places["store", "url"] = settings.store.url
    for path, place in places.items():
        try:
            _ = config.secret(place) if place not in ("", UNKNOWN_SECRET) else ""
        except IntakeError as error:
            yield config.text.mistake(path, str(error))


def _of_telephones(config: Config, policies: Policies) -> Iterator[Mistake]:
    """Routes whose letters ask the customer to call and name no number."""
    for index, route in enumerate(config.settings.route):
        rules = policies.get(route.policy).file.alerts if route.policy in {each.name for each in policies} else []
        clauses = sorted({rule.clause for rule in rules if PHONE.search(rule.because) and not rule.quiet})
        if clauses and not route.phone:
            said = f"{route.policy} asks customers to call ({', '.join(clauses)}), and this route names no number"
            yield config.text.mistake(("route", index, "phone"), said)


def _of_calendars(policy: Policy, text: tomlfile.TomlText, year: int) -> Iterator[Mistake]:
    for name in policy.file.calendars:
        rules = policy.calendars[name].rules
        for rule in (each for each in rules if isinstance(each, Country)):
            for at in range(year, year + YEARS_AHEAD + 1):
                for doubt in rule.doubts(at):
                    yield text.mistake(("calendars", name, "holidays"), doubt)


def _of_contracts(policy: Policy, text: tomlfile.TomlText, customers: list[Customer]) -> Iterator[Mistake]:
    for index, part in enumerate(policy.file.contract_hours):
        for customer in customers:
            plan = customer.plan or policy.file.fallback_plan
            if customer.policy == policy.name and plan in part.plans and not _names_hours(customer):
                said = (
                    f'the record of the customer "{customer.name}", plan {plan}, says nothing of hours; right would be '
                    f'hours = {{ 1 = "24x7" }} in its import. {part.because} ({part.clause})'
                )
                yield text.mistake(("contract_hours", index), said)


def _names_hours(customer: Customer) -> bool:
    """Whether a contract says in which hours it counts: by severity, or in the sentences of its own targets."""
    sentences = [sentence for levels in customer.targets.values() for sentence in levels.values()]
    return bool(customer.hours) or any(parse_target(sentence).calendar for sentence in sentences)


def _customers(config: Config) -> list[Customer]:
    """The customers on record, where there is a store that can be read as it stands; nothing is made or changed."""
    try:
        url = database_url(config)
        if not url and not (config.folder / "desk.db").exists():
            return []
        databases = open_databases(config.folder, url)
    except (IntakeError, SQLAlchemyError):
        return []
    try:
        with reading(databases.desk) as connection:
            return people.every_customer(connection)
    except SQLAlchemyError:
        return []
    finally:
        databases.close()
