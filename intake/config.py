"""config.toml and the environment as typed settings of each part. All mistakes are named at once."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from intake import tomlfile
from intake.errors import IntakeError, Mistake, Mistakes
from intake.shipped import shipped

ENVIRONMENT = "INTAKE_"
OTHER_NAMES = frozenset({"INTAKE_CONFIG"})


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (local and at and domain) or any(c.isspace() or c in '<>,;"' for c in value):
        raise ValueError("must be one mail address such as support@company.example")
    return value.lower()


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


MailAddress = Annotated[str, AfterValidator(_address)]
Listen = Annotated[str, AfterValidator(_listen)]
SecretPlace = Annotated[str, AfterValidator(_secret)]


class Part(BaseModel):
    """A section of the configuration: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Service(Part):
    """How the desk presents itself."""

    name: str = "Support"
    hostname: str = "localhost"
    language: str = "en"
    public_url: str = ""


class Store(Part):
    """Where everything is kept: a folder for SQLite's two files, or a PostgreSQL URL."""

    folder: Path = Path("var")
    url: SecretPlace | str = ""


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
    port: int = 993
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

    trusted_host: str | None = None
    junk_headers: dict[str, list[str]] = {"X-Spam-Flag": ["yes"], "X-Rspamd-Action": ["reject"]}
    workers: int = Field(1, ge=1, le=64)
    seconds: float = Field(5, gt=0)
    memory_mb: int = Field(512, ge=128)
    batch: int = Field(50, ge=1, le=1000)


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
        return self


class Answers(Part):
    """Bounds of automatic answers."""

    per_sender_per_hour: int = Field(3, ge=0)
    old_mail_hours: float = Field(24, gt=0)
    shadow: bool = False
    token_separator: str = Field("+", min_length=1, max_length=1)


class Route(Part):
    """An address that takes mail, the policy that reads it and the queue its cases stand in."""

    address: MailAddress
    aliases: list[MailAddress] = []
    policy: str
    queue: str = "support"
    name: str = ""


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
    route: list[Route] = Field(min_length=1)
    roles: dict[str, list[MailAddress]] = {}

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

    @model_validator(mode="after")
    def _addresses_once(self) -> "Settings":
        seen: set[str] = set()
        for route in self.route:
            for address in (route.address, *route.aliases):
                if address in seen:
                    raise ValueError(f"the address {address} stands in two routes")
                seen.add(address)
        names = [mailbox.name for mailbox in self.mailbox]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'two mailboxes are named "{name}"')
        for mailbox in self.mailbox:
            if mailbox.route and mailbox.route not in seen:
                raise ValueError(f'mailbox "{mailbox.name}": no route has the address {mailbox.route}')
        return self


class Config:
    """Settings with the folder that relative paths start from."""

    def __init__(self, settings: Settings, file: Path | None, text: tomlfile.TomlText) -> None:
        self.settings = settings
        self.file = file
        self.text = text
        self.base = file.parent.resolve() if file else Path.cwd()

    def path(self, path: Path) -> Path:
        """A path of the configuration, relative to its file."""
        return self.base / path

    @property
    def folder(self) -> Path:
        """The folder that everything of this installation's own is kept in."""
        return self.path(self.settings.store.folder)

    @property
    def policies(self) -> Path:
        """The folder of policy files."""
        return self.path(self.settings.files.policies) if self.settings.files.policies else shipped("policies")

    @property
    def templates(self) -> Path:
        """The folder of reply templates."""
        return self.path(self.settings.files.templates) if self.settings.files.templates else shipped("templates")

    def with_folder(self, folder: Path) -> "Config":
        """The same configuration with another data folder, for a trial that leaves no trace."""
        store = Store(folder=folder.resolve())
        return Config(self.settings.model_copy(update={"store": store}), self.file, self.text)

    def secret(self, place: str) -> str:
        """The secret behind `env:NAME` or `file:PATH`. Raises `IntakeError` naming the place, never the value."""
        kind, _, name = place.partition(":")
        if kind == "env":
            if name not in os.environ:
                raise IntakeError(f"the environment has no {name}, which the configuration names as a secret")
            return os.environ[name]
        try:
            return self.path(Path(name)).read_text().strip()
        except OSError as error:
            raise IntakeError(f"cannot read the secret in {name}: {error.strerror}") from None


def load(file: Path | None) -> Config:
    """The configuration of `file`, or the shipped example's where None. Raises `Mistakes`, all of them."""
    source = file or shipped("config.example.toml")
    try:
        content = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise Mistakes([Mistake(str(source), 0, "", f"cannot be read: {reason}")]) from None
    text = tomlfile.parse(content, str(source))
    mistakes = list(_misspelt_environment(text))
    try:
        settings = Settings(**text.values)
    except ValidationError as error:
        mistakes += tomlfile.mistakes_of(error, text, Settings)
    if mistakes:
        raise Mistakes(mistakes)
    return Config(settings, file, text)


def _misspelt_environment(text: tomlfile.TomlText) -> list[Mistake]:
    """pydantic-settings ignores a misspelt name; a person would never find out."""
    secrets = {name for name in _strings(text.values) if name.startswith(f"env:{ENVIRONMENT}")}
    known = set(OTHER_NAMES) | {name.removeprefix("env:") for name in secrets}
    sections = {f"{ENVIRONMENT}{name}".upper(): field.annotation for name, field in Settings.model_fields.items()}
    keys = set(sections)
    for section, annotation in sections.items():
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys |= {f"{section}__{key}".upper() for key in annotation.model_fields}
    out = []
    for name in sorted(os.environ):
        open_ended = any(name.startswith(f"{key}__") for key in keys)
        if name.startswith(ENVIRONMENT) and name not in known | keys and not (open_ended and "__" in name[8:]):
            near = get_close_matches(name, sorted(keys | known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            out.append(Mistake("environment", 0, name, f"no such setting{hint}"))
    return out


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
