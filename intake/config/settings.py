"""The settings of each part, as config.toml and the environment give them."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from intake.core.hours import parse_weekly, zone_named
from intake.tomlfile import Shaped, Table

ENVIRONMENT = "INTAKE_"
PASSWORD_IN_URL = re.compile(r"://[^/@]*:[^/]*@|[?&]password=")


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (local and at and domain) or any(c.isspace() or c in '<>,;"' for c in value):
        raise ValueError("must be one mail address such as support@company.example")
    return value.lower()


def _public_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        sound = False
    if value and not sound:
        raise ValueError('must be a URL such as "https://desk.company.example", or "" for none')
    return value.rstrip("/")


def _listen(value: str) -> str:
    if value and not value.startswith("unix:"):
        host, colon, port = value.rpartition(":")
        if not (host and colon and port.isdigit() and int(port) < 65536):
            raise ValueError('must be "host:port" such as "127.0.0.1:8025", "unix:PATH", or "" for off')
    return value


def _secret(value: str) -> str:
    if value and not value.startswith(("env:", "file:")):
        raise ValueError('must be "env:NAME" or "file:PATH": secrets do not stand in this file')
    return value


def _database(value: str) -> str:
    if PASSWORD_IN_URL.search(value):
        return _secret(value)
    if value and not value.startswith(("env:", "file:", "postgresql:", "postgresql+psycopg:", "postgres:")):
        raise ValueError('must be "postgresql://USER@HOST/NAME", or "" for SQLite in the data folder')
    return value


def _language(value: str) -> str:
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError):
        raise ValueError('must be a language such as "en" or "de"') from None
    return value


def _or_none(value: str | None) -> str | None:
    return value or None


def _sentences(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _hours(value: list[str]) -> list[str]:
    parse_weekly(value)
    return value


def _zone(value: str) -> str:
    if value:
        zone_named(value)
    return value


HostName = Annotated[
    str, Shaped("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", 'the name of a host such as "support.company.example"')
]
Hours = Annotated[list[str], BeforeValidator(_sentences), AfterValidator(_hours)]
MailAddress = Annotated[str, AfterValidator(_address)]
Listen = Annotated[str, AfterValidator(_listen)]
SecretPlace = Annotated[str, AfterValidator(_secret)]


class Part(Table):
    """A section of the configuration, whose values no error shows by itself: some are secret."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Service(Part):
    """How the desk presents itself."""

    name: str = Field("Support", min_length=1)
    hostname: HostName = "localhost"
    language: Annotated[str, AfterValidator(_language)] = "en"
    public_url: Annotated[str, AfterValidator(_public_url)] = ""


class Store(Part):
    """Where everything is kept: a folder for SQLite's two files, or a PostgreSQL URL; with a password it is secret."""

    folder: Path = Path("var")
    url: Annotated[str, AfterValidator(_database)] = ""


class Files(Part):
    """Folders of policies and templates; empty means the shipped ones."""

    policies: Path | None = None
    templates: Path | None = None


class Smtp(Part):
    """A listener for SMTP or LMTP. `least_rate` is in bytes a second, times in seconds."""

    listen: Listen = "127.0.0.1:8025"
    size_limit_mb: int = Field(25, ge=1, le=1024)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_required: bool = False
    login_required: bool = False
    logins: dict[str, SecretPlace] = {}
    max_connections: int = Field(200, ge=1)
    max_connections_per_client: int = Field(20, ge=1)
    max_recipients: int = Field(100, ge=1)
    idle_seconds: float = Field(60, gt=0)
    least_rate: int = Field(500, ge=0)

    @model_validator(mode="after")
    def _tls_whole(self) -> "Smtp":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        if self.tls_required and self.tls_certificate is None:
            raise ValueError("tls_required needs tls_certificate and tls_key")
        if self.login_required and not self.logins:
            raise ValueError("login_required needs logins")
        return self


class Lmtp(Smtp):
    """The listener for LMTP, off by default."""

    listen: Listen = ""


class Mailbox(Part):
    """One IMAP mailbox that is looked into. `route` is the address its mail counts as sent to."""

    name: str
    host: str
    port: int = Field(993, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    user: str
    password: SecretPlace = ""
    token: SecretPlace = ""
    folder: str = "INBOX"
    route: MailAddress | None = None
    after: Literal["flag", "move", "delete"] = "flag"
    move_to: str = "Processed"
    backlog: Literal["keep", "answer", "skip"] = "keep"
    poll_seconds: float = Field(60, gt=0)
    timeout_seconds: float = Field(30, gt=0)

    @model_validator(mode="after")
    def _one_secret(self) -> "Mailbox":
        if bool(self.password) == bool(self.token):
            raise ValueError("needs either password (PLAIN) or token (XOAUTH2)")
        return self


class Reading(Part):
    """How mails are read, and whose word is believed."""

    trusted_host: Annotated[str | None, AfterValidator(_or_none)] = None
    dkim: bool = True
    junk_headers: dict[str, list[str]] = {"X-Spam-Flag": ["yes"], "X-Rspamd-Action": ["reject"]}
    workers: int = Field(1, ge=1, le=64)
    seconds: float = Field(5, gt=0)
    memory_mb: int = Field(512, ge=128)
    batch: int = Field(100, ge=1, le=1000)


class Outgoing(Part):
    """Where finished mails go: a Maildir (default) or a smarthost."""

    maildir: Path | None = None
    smtp: Listen = ""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    password: SecretPlace = ""
    connections: int = Field(2, ge=1, le=32)
    timeout_seconds: float = Field(30, gt=0)
    give_up_after_hours: float = Field(96, gt=0)

    @model_validator(mode="after")
    def _one_way(self) -> "Outgoing":
        if self.smtp and self.maildir:
            raise ValueError("takes either smtp or maildir, not both")
        if self.smtp.startswith("unix:"):
            raise ValueError('smtp takes "host:port": a smarthost is not reached over a socket\'s path')
        return self


class Console(Part):
    """The pages for people at the desk, over HTTP; TLS is a proxy's business."""

    listen: Listen = "127.0.0.1:8026"

    @model_validator(mode="after")
    def _a_port(self) -> "Console":
        if self.listen.startswith("unix:"):
            raise ValueError('listen takes "host:port", or "" for off: a browser reaches no socket\'s path')
        return self


class Answers(Part):
    """Bounds of answers. `attachments_mb`: what one answer takes along, in megabytes (1,000,000 bytes) in all."""

    per_sender_per_hour: int = Field(3, ge=0)
    old_mail_hours: float = Field(24, gt=0)
    shadow: bool = False
    attachments_mb: float = Field(15, ge=0, le=100)
    token_separator: Literal["+", "-", "=", "_", "#", "~"] = "+"


class Notices(Part):
    """When notices reach people: weekly hours, and other ones by a role's name or a person's address.

    `zone` is that of the hours and of instants in notices, where a person has none; empty for the policy's.
    """

    hours: Hours = ["24x7"]
    hours_of: dict[str, Hours] = {}
    zone: Annotated[str, AfterValidator(_zone)] = ""


class Route(Part):
    """An address that takes mail, the policy that reads it and the queue its cases stand in.

    `role` hears of its cases in place of the policy's roles; `private` marks them `security`, for that role alone. At
    an `escalation` address a mail asks for its case's escalation, under the policy of the case or of the customer.
    """

    address: MailAddress
    aliases: list[MailAddress] = []
    policy: str
    queue: str = "support"
    name: str = ""
    phone: str = ""
    role: str = ""
    private: bool = False
    escalation: bool = False


class Settings(BaseSettings):
    """The whole configuration. Environment names are `INTAKE_` and the keys joined by two underscores."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    service: Service = Service()
    store: Store = Store()
    files: Files = Files()
    smtp: Smtp = Smtp()
    lmtp: Lmtp = Lmtp()
    mailbox: list[Mailbox] = []
    reading: Reading = Reading()
    outgoing: Outgoing = Outgoing()
    answers: Answers = Answers()
    console: Console = Console()
    notices: Notices = Notices()
    route: list[Route] = Field(min_length=1)
    roles: dict[str, list[MailAddress]] = {}
    roles_in: dict[str, dict[str, list[MailAddress]]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
