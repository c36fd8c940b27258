"""Builds the parts from the configuration and runs them. The only reader of the clock."""

import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from intake import __version__
from intake.config import Config
from intake.core.answer.tokens import Keys
from intake.core.mail.message import Trust
from intake.desk.digest import send_digests
from intake.desk.house import House, own_addresses
from intake.desk.policies import Policies, load_policies
from intake.desk.post import broken_files
from intake.desk.reader import Reader, Way
from intake.desk.receive import receive
from intake.desk.tick import tick
from intake.errors import IntakeError, Mistake, Mistakes
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.outbound.deliver import Counts, MaildirTransport, SmtpTransport, Transport, deliver
from intake.outbound.templateset import TemplateSet, check_templates
from intake.outbound.templateset import load as load_templates
from intake.shipped import shipped
from intake.store import keys, outbox, spool
from intake.store.engine import Databases, open_databases
from intake.store.engine import reading as reading_store
from intake.store.migrate import upgrade
from intake.tomlfile import suggestion

log = structlog.get_logger()

ROLES = ("smtp", "lmtp", "imap", "desk", "send", "chase")
WAKE_SECONDS = {"tick": 20.0, "send": 2.0, "files": 10.0}
FIRST_WAKE = timedelta(seconds=5)
DESK_POLL_SECONDS = 1.0
JOIN_SECONDS = 30.0
MEGABYTE = 1_048_576


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def database_url(config: Config) -> str:
    """The URL of the database; empty for SQLite in the data folder."""
    url = config.settings.store.url
    return config.secret(url) if url.startswith(("env:", "file:")) else url


def open_store(config: Config) -> Databases:
    """The databases, brought to this version's schema. Raises `IntakeError` where they cannot be opened."""
    try:
        databases = open_databases(config.folder, database_url(config))
    except OSError as error:
        raise IntakeError(f"{config.folder}: cannot be written: {error.strerror}") from None
    upgrade(databases)
    return databases


def open_house(config: Config, databases: Databases, *, trial: bool = False) -> House:
    """The desk's parts. Raises `IntakeError` where a route names a policy that is not there.

    For a trial nothing is written: neither what serves from now on, nor the first signing key.
    """
    settings, reading = config.settings, config.settings.reading
    policies, templates = load_files(config, databases, remember=not trial)
    with reading_store(databases.desk) as connection:
        signing = keys.signing_keys(connection)
    if trial:
        signing = signing or {0: secrets.token_hex(32)}
    elif not signing:
        with databases.desk.begin() as connection:
            signing = keys.signing_keys(connection) or keys.add_signing_key(connection, secrets.token_hex(32), now())
    for route in settings.route:
        policies.get(route.policy)
    junk = tuple((name.lower(), tuple(values)) for name, values in reading.junk_headers.items())
    trust = Trust(reading.trusted_host, junk)
    way = Way(trust, own_addresses(settings), reading.workers, reading.seconds, reading.memory_mb)
    reader = Reader(config.folder, database_url(config), way)
    return House(databases, settings, policies, templates, Keys(signing), reader, lambda: secrets.token_hex(8))


def load_files(config: Config, databases: Databases, *, remember: bool = True) -> tuple[Policies, TemplateSet]:
    """Policies and templates from their files; what serves is remembered as the last good version."""
    checked = f"template {__version__}"
    with reading_store(databases.desk) as connection:
        good_policies = keys.served(connection, "policy")
        good_templates = keys.served(connection, "template")
        compiled = keys.versions(connection, checked)
        known = keys.versions(connection, "policy")
    by_place = {(name.partition("/")[0], name.partition("/")[2]): text for name, text in good_templates.items()}
    policies = load_policies(_folders(config, "policies"), good_policies)
    templates = load_templates(template_folders(config), by_place, compiled)
    new_policies = [each for each in policies if good_policies.get(each.name) != each.text or each.version not in known]
    new_templates = {
        place: (version, text)
        for place, (version, text) in templates.versions().items()
        if by_place.get(place) != text or version not in compiled
    }
    if remember and (new_policies or new_templates):
        with databases.desk.begin() as connection:
            for policy in new_policies:
                keys.remember(connection, "policy", policy.name, policy.version, policy.text, now())
            for (language, name), (version, text) in new_templates.items():
                for kind in ("template", checked):
                    keys.remember(connection, kind, f"{language}/{name}", version, text, now())
    return policies, templates


def _folders(config: Config, kind: str) -> list[Path]:
    """The installation's own folder, then the shipped one for what it lacks."""
    own: Path = getattr(config, kind)
    return [own] if own == shipped(kind) else [own, shipped(kind)]


def template_folders(config: Config) -> list[Path]:
    """Where templates are looked for, in order."""
    return _folders(config, "templates")


def mistakes(house: House) -> list[Mistake]:
    """What is wrong with files whose last good version serves in their place."""
    return [*house.policies.mistakes, *house.templates.mistakes]


def routes(config: Config) -> Routes:
    """The configured routes as the channels ask for them."""
    return Routes(config.settings.route, config.settings.answers.token_separator)


def transport(config: Config) -> Transport:
    """The way out: the smarthost, else a Maildir (`outgoing` in the data folder where none is named)."""
    outgoing = config.settings.outgoing
    if outgoing.smtp:
        password = config.secret(outgoing.password) if outgoing.password else ""
        return SmtpTransport(outgoing, password, config.settings.service.hostname)
    return MaildirTransport(config.path(outgoing.maildir) if outgoing.maildir else config.folder / "outgoing")


@contextmanager
def house_of(config: Config, *, trial: bool = False) -> Iterator[House]:
    """The desk's parts for one command, let go afterwards."""
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
    policies = load_policies(_folders(config, "policies"), {})
    if policies.mistakes:
        raise Mistakes(policies.mistakes)
    return policies


def serving_templates(config: Config) -> TemplateSet:
    """The templates of the configuration's folders; a broken one is an error here. Raises `Mistakes`."""
    templates = load_templates(template_folders(config))
    if templates.mistakes:
        raise Mistakes(list(templates.mistakes))
    return templates


def check(config: Config) -> list[Mistake]:
    """Every mistake in policies and templates, and in what the configuration says of them."""
    settings, text = config.settings, config.text
    policies = load_policies(_folders(config, "policies"), {})
    found = [*policies.mistakes, *check_templates(template_folders(config))]
    known = [policy.name for policy in policies]
    broken = {Path(mistake.file).stem for mistake in policies.mistakes}
    for index, route in enumerate(settings.route):
        if route.policy not in known and route.policy not in broken:
            hint = suggestion(route.policy, known)
            found.append(text.mistake(("route", index, "policy"), f'no policy is named "{route.policy}"{hint}'))
    own = own_addresses(settings)
    for role, addresses in settings.roles.items():
        for address in addresses:
            if address in own:
                said = f"{address} is a route of this desk: its notices would come in as mail"
                found.append(text.mistake(("roles", role), said))
    for policy in policies:
        used = any(route.policy == policy.name for route in settings.route)
        for role in sorted(policy.roles) if used else ():
            if not settings.roles.get(role):
                said = f'{policy.name} tells the role "{role}", and no address stands behind it'
                found.append(text.mistake(("roles",), said))
    return found


def chase(house: House, at: datetime) -> int:
    """Does what clocks ask for at `at`, and sends digests that are due; gives back how many cases changed."""
    chased = tick(house, at)
    send_digests(house, at)
    return chased


def one_pass(config: Config, house: House, at: datetime) -> tuple[int, Counts]:
    """Chases everything that asks for something at `at`, and sends what is to go out; decides waiting mail first."""
    decide_all(house)
    chased = chase(house, at)
    give_up = timedelta(hours=config.settings.outgoing.give_up_after_hours)
    counts = deliver(house.databases.desk, transport(config), "tick", lambda: at, give_up=give_up, limit=100_000)
    return chased, counts


def decide_all(house: House, tell: Callable[[int], object] = lambda _: None) -> None:
    """Decides every mail that waits; `tell` hears how many outcomes each pass wrote."""
    while count := receive(house, now()):
        tell(count)


class Program:
    """The running program: channels, desk, sending and chasing, as far as the roles go."""

    def __init__(self, config: Config, roles: Sequence[str] = ROLES) -> None:
        self.config = config
        self.roles = frozenset(roles)
        self.databases = open_store(config)
        self.house = open_house(config, self.databases)
        self.owner = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self.listening: list[str] = []
        self._stop = threading.Event()
        self._mail_came = threading.Event()
        self._closers: list[Callable[[], None]] = []
        self._fingerprint = self._files()

    def start(self) -> None:
        """Starts every part. Raises `IntakeError` with what cannot run, and nothing is left running then."""
        self._tell_mistakes()
        try:
            if "desk" in self.roles:
                self._start_desk()
            if self.roles & {"smtp", "lmtp", "imap"}:
                self._start_channels()
            self._start_chaser()
        except BaseException:
            self.close()
            raise

    def wait(self) -> None:
        """Runs until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        while not self._stop.wait(1):
            pass

    def close(self) -> None:
        """Stops taking mail, finishes what is in hand, and ends."""
        self._stop.set()
        self._mail_came.set()
        while self._closers:
            self._closers.pop()()
        self.house.reader.close()
        self.databases.close()

    def _start_desk(self) -> None:
        thread = threading.Thread(target=self._decide, name="desk", daemon=True)
        thread.start()
        self._closers.append(lambda: thread.join(JOIN_SECONDS))

    def _decide(self) -> None:
        while not self._stop.is_set():
            # cleared first: a mail that comes while we look wakes us again
            self._mail_came.clear()
            try:
                if receive(self.house, now()):
                    continue
            except Exception:
                log.exception("will be tried again", part="desk")
            self._mail_came.wait(DESK_POLL_SECONDS)

    def _start_channels(self) -> None:
        # here, not above: a command that takes no mail shall not wait for these libraries
        from intake.inbound.imap import MailboxWatcher
        from intake.inbound.smtp import MailListener, configured

        keeper = Keeper(lambda mails: spool.keep(self.databases.spool, mails), self._mail_came.set)
        self._closers.append(keeper.close)
        table, settings = routes(self.config), self.config.settings
        listens = [each for each in configured(self.config) if each.protocol in self.roles]
        if listens:
            host = settings.service.hostname
            listener = MailListener(listens, routes=table, keeper=keeper, now=now, hostname=host)
            listener.start()
            self._closers.append(listener.close)
            for listen, address in zip(listens, listener.addresses, strict=True):
                place = address if isinstance(address, str) else f"{address[0]}:{address[1]}"
                self.listening.append(f"{listen.protocol} {place}")
        for mailbox in settings.mailbox if "imap" in self.roles else ():
            place = mailbox.password or mailbox.token
            watcher = MailboxWatcher(
                mailbox,
                partial(self.config.secret, place),
                routes=table,
                keeper=keeper,
                spool=self.databases.spool,
                now=now,
                size_limit=settings.smtp.size_limit_mb * MEGABYTE,
                log=log,
            )
            watcher.start()
            self._closers.append(watcher.close)

    def _start_chaser(self) -> None:
        from intake.chaser import Chaser

        chaser = Chaser(4 + self.config.settings.outgoing.connections)
        jobs: dict[str, tuple[str, Callable[[], object]]] = {
            "tick": ("chase", lambda: chase(self.house, now())),
            "files": ("desk", self._reload),
        }
        for name, (role, work) in jobs.items():
            if role in self.roles:
                # mail that waited is decided first: it may hold what a clock would ask for
                chaser.every(WAKE_SECONDS[name], name, work, now() + FIRST_WAKE)
        # one connection each: a transport belongs to the one job that uses it
        for number in range(self.config.settings.outgoing.connections if "send" in self.roles else 0):
            send = partial(self._deliver, transport(self.config), f"{self.owner}-{number}")
            chaser.every(WAKE_SECONDS["send"], f"send {number}", send, now())
        chaser.start()
        self._closers.append(chaser.close)

    def _deliver(self, way: Transport, owner: str) -> None:
        give_up = timedelta(hours=self.config.settings.outgoing.give_up_after_hours)
        going = self._stop.is_set
        deliver(self.databases.desk, way, owner, now, give_up=give_up, keep_going=lambda: not going())

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that a policy or template changed: path, time and size of each file."""
        folders = (self.config.policies, self.config.templates)
        files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
        return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)

    def _reload(self) -> None:
        """A changed file serves from the next mail on; a broken one does not, and a person is told."""
        fingerprint = self._files()
        if fingerprint == self._fingerprint:
            return
        self.house.policies, self.house.templates = load_files(self.config, self.databases)
        self._fingerprint = fingerprint
        self._tell_mistakes()
        log.info("policies and templates were read again")

    def _tell_mistakes(self) -> None:
        found = mistakes(self.house)
        for mistake in found:
            log.error("a broken file: its last good version serves", mistake=str(mistake))
        with self.databases.desk.begin() as connection:
            for draft in broken_files(self.house, connection, found, now()):
                outbox.queue(connection, None, draft.letter, draft.rendered, now(), withheld=draft.withheld)
