"""Builds the parts from the configuration and runs them. The only reader of the clock."""

from __future__ import annotations

import gc
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from intake import __version__
from intake.errors import IntakeError, Mistake, Mistakes
from intake.shipped import shipped

# Everything heavy is imported where it is used: each command waits for what it needs alone.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.config import Config
    from intake.core.policy.policy import Policy
    from intake.desk.house import House
    from intake.desk.policies import Policies
    from intake.inbound.routing import Routes
    from intake.outbound.deliver import Counts, Transport
    from intake.outbound.templateset import TemplateSet
    from intake.store.engine import Databases

GARBAGE = 20_000
ROLES = ("smtp", "lmtp", "imap", "desk", "send", "chase", "console")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def database_url(config: Config) -> str:
    """The URL of the database; empty for SQLite in the data folder."""
    url = config.settings.store.url
    return config.secret(url) if url.startswith(("env:", "file:")) else url


def open_store(config: Config) -> Databases:
    """The databases, brought to this version's schema. Raises `IntakeError` where they cannot be opened."""
    from sqlalchemy.exc import ArgumentError

    from intake.store.engine import open_databases
    from intake.store.migrate import upgrade

    try:
        if config.folder.is_file() and not config.settings.store.url:
            raise IntakeError(f"store.folder: {config.folder} is a file; right would be a folder")
        databases = open_databases(config.folder, database_url(config))
    except OSError as error:
        raise IntakeError(f"{config.folder}: cannot be written: {error.strerror}") from None
    except ArgumentError:
        # (the URL may hold a password, and is not shown)
        raise IntakeError("store.url: no database's URL; right would be postgresql://user@host/name") from None
    upgrade(databases)
    return databases


def open_house(config: Config, databases: Databases, *, trial: bool = False) -> House:
    """The desk's parts. Raises `IntakeError` where a route names a policy that is not there.

    For a trial nothing is written: neither what serves from now on, nor the first signing key.
    """
    from intake.core.answer.tokens import Keys
    from intake.core.mail.message import Trust
    from intake.desk.house import House, own_addresses
    from intake.desk.reader import Reader, Way
    from intake.desk.signatures import Keys as SignatureKeys
    from intake.store import keys
    from intake.store.engine import reading as reading_store

    settings, reading = config.settings, config.settings.reading
    policies, templates = load_files(config, databases, remember=not trial, later=trial)
    with reading_store(databases.desk) as connection:
        signing = keys.signing_keys(connection)
    if trial:
        signing = signing or {0: secrets.token_hex(32)}
    elif not signing:
        with databases.desk.begin() as connection:
            signing = keys.first_signing_key(connection, secrets.token_hex(32), now())
    for route in settings.route:
        policies.get(route.policy)
    junk = tuple((name.lower(), tuple(values)) for name, values in reading.junk_headers.items())
    trust = Trust(reading.trusted_host, junk)
    way = Way(trust, own_addresses(settings), reading.workers, reading.seconds, reading.memory_mb)
    signature_keys = SignatureKeys() if reading.dkim and reading.trusted_host is None else None
    reader = Reader(config.folder, database_url(config), way, signature_keys)
    _collect_seldom()
    return House(databases, settings, policies, templates, Keys(signing), reader, lambda: secrets.token_hex(8))


def _collect_seldom() -> None:
    """What is loaded by now stays and is not looked at again, and a mail or two leave nothing that has to be found.

    The search for garbage takes a tenth of a desk's time otherwise.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 50)


def load_files(
    config: Config, databases: Databases, *, remember: bool = True, later: bool = False
) -> tuple[Policies, TemplateSet]:
    """Policies and templates from their files; what serves is remembered as the last good version.

    With `later`, templates are not checked before they are used.
    """
    from intake.desk.policies import load_policies
    from intake.outbound.templateset import load as load_templates
    from intake.store import keys, published
    from intake.store.engine import reading as reading_store

    checked = f"template {__version__}"
    with reading_store(databases.desk) as connection:
        good_policies = keys.served(connection, "policy")
        good_templates = keys.served(connection, "template")
        compiled = keys.versions(connection, checked)
        known = keys.versions(connection, "policy")
        ours = {place: each.text or "" for place, each in published.serving(connection).items()}
    by_place = {(name.partition("/")[0], name.partition("/")[2]): text for name, text in good_templates.items()}
    policies = load_policies(folders_of(config, "policies"), good_policies)
    templates = load_templates(folders_of(config, "templates"), by_place, compiled, ours, later=later)
    if not remember:
        return policies, templates
    new_policies = [each for each in policies if good_policies.get(each.name) != each.text or each.version not in known]
    new_templates = {
        place: (version, text)
        for place, (version, text) in templates.versions().items()
        if by_place.get(place) != text or version not in compiled
    }
    if new_policies or new_templates:
        with databases.desk.begin() as connection:
            for policy in new_policies:
                keys.remember(connection, "policy", policy.name, policy.version, policy.text, now())
            for (language, name), (version, text) in new_templates.items():
                for kind in ("template", checked):
                    keys.remember(connection, kind, f"{language}/{name}", version, text, now())
    return policies, templates


def folders_of(config: Config, kind: str) -> list[Path]:
    """The installation's own folder, then the shipped one for what it lacks."""
    own: Path = getattr(config, kind)
    return [own] if own == shipped(kind) else [own, shipped(kind)]


def mistakes(house: House) -> list[Mistake]:
    """What is wrong with files whose last good version serves in their place."""
    return [*house.policies.mistakes, *house.templates.mistakes]


def routes(config: Config) -> Routes:
    """The configured routes as the channels ask for them."""
    from intake.inbound.routing import Routes

    return Routes(config.settings.route, config.settings.answers.token_separator)


def transport(config: Config) -> Transport:
    """The way out: the smarthost, else a Maildir (`outgoing` in the data folder where none is named)."""
    from intake.outbound.deliver import MaildirTransport, SmtpTransport

    outgoing = config.settings.outgoing
    if outgoing.smtp:
        password = config.secret(outgoing.password) if outgoing.password else ""
        return SmtpTransport(outgoing, password, config.settings.service.hostname)
    return MaildirTransport(config.path(outgoing.maildir) if outgoing.maildir else config.folder / "outgoing")


@contextmanager
def house_of(config: Config, *, trial: bool = False) -> Iterator[House]:
    """The desk's parts for one command, let go afterwards; log lines go to standard error."""
    from intake.app.logs import to_standard_error

    to_standard_error()
    databases = open_store(config)
    try:
        house = open_house(config, databases, trial=trial)
        try:
            yield house
        finally:
            house.reader.close()
    finally:
        databases.close()


def serving_policies(config: Config) -> Policies:
    """The policies of the configuration's files; a broken one is an error here. Raises `Mistakes`."""
    from intake.desk.policies import load_policies

    policies = load_policies(folders_of(config, "policies"), {})
    if policies.mistakes:
        raise Mistakes(policies.mistakes)
    return policies


def policy_named(config: Config, name: str) -> Policy:
    """One policy by its name, from the configuration's files. Raises `IntakeError`, `Mistakes` where it is broken."""
    from intake.desk.policies import policy_named as named

    return named(folders_of(config, "policies"), name)


def checked_policies(config: Config) -> Policies:
    """The policies whose files are sound; those that are not are named in `mistakes`."""
    from intake.desk.policies import load_policies

    return load_policies(folders_of(config, "policies"), {})


def policies_in_use(config: Config, databases: Databases) -> Policies:
    """The policies as they serve: where a file is broken, its last good version."""
    from intake.desk.policies import load_policies
    from intake.store import keys
    from intake.store.engine import reading as reading_store

    with reading_store(databases.desk) as connection:
        good = keys.served(connection, "policy")
    return load_policies(folders_of(config, "policies"), good)


def serving_templates(config: Config, databases: Databases) -> TemplateSet:
    """The templates that serve, files and published ones; a broken one is an error here. Raises `Mistakes`."""
    _, templates = load_files(config, databases, remember=False)
    if templates.mistakes:
        raise Mistakes(list(templates.mistakes))
    return templates


def chase(house: House, at: datetime) -> int:
    """Does what clocks ask for at `at`, sends notices and digests that are due; gives back how many cases changed.

    Where another version of a policy serves by now, its open cases are ranked by it. Answers to requests of the API
    that are a day old go, whether or not anybody calls it again.
    """
    from intake.desk.digest import send_digests
    from intake.desk.notices import send_notices
    from intake.desk.ranking import catch_up
    from intake.desk.tick import tick
    from intake.store import idempotency

    chased = tick(house, at)
    send_notices(house, at)
    send_digests(house, at)
    catch_up(house)
    with house.databases.desk.begin() as connection:
        idempotency.forget(connection, at)
    return chased


def one_pass(config: Config, house: House, at: datetime) -> tuple[int, Counts]:
    """Chases everything that asks for something at `at`, and sends what is to go out; decides waiting mail first."""
    from intake.outbound.deliver import deliver

    decide_all(house, at)
    chased = chase(house, at)
    give_up = timedelta(hours=config.settings.outgoing.give_up_after_hours)
    counts = deliver(house.databases.desk, transport(config), "tick", lambda: at, give_up=give_up, limit=100_000)
    return chased, counts


def decide_all(house: House, at: datetime, tell: Callable[[int], object] = lambda _: None) -> None:
    """Decides every mail that waits as it is at `at`, and tells the desk; `tell` hears how much each pass wrote."""
    from intake.desk.notices import send_notices
    from intake.desk.receive import receive

    while count := receive(house, at):
        tell(count)
    send_notices(house, at)
