"""The configuration: explained in its example, every mistake at once where it stands, secrets never shown."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from intake.config import Config, Route, Settings, load
from intake.errors import IntakeError, Mistakes

EXAMPLE = (Path(__file__).parents[1] / "config.example.toml").read_text(encoding="utf-8")
SECRET = "hunter2-never-shown"

Loading = Callable[..., Config]


@pytest.fixture(autouse=True)
def clean_environment() -> Iterator[None]:
    """No settings but a test's own come from the environment, and none of them stays."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.upper().startswith("INTAKE_")]:
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    """Loads a configuration of this text, with these names in the environment."""

    def make(text: str = EXAMPLE, **environment: str) -> Config:
        os.environ.update(environment)
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        return load(file)

    return make


def _mistakes(loading: Loading, text: str = EXAMPLE, **environment: str) -> dict[str, str]:
    with pytest.raises(Mistakes) as caught:
        loading(text, **environment)
    return {mistake.key: str(mistake) for mistake in caught.value.mistakes}


def _sections() -> list[tuple[str, type[BaseModel]]]:
    out = []
    for name, field in Settings.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        out += [(name, each) for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)]
    return out


def test_the_example_runs_as_it_is(loading: Loading) -> None:
    assert loading().settings.route[0].policy == "open-xchange"
    assert load(None).settings == loading().settings


@pytest.mark.parametrize(("section", "part"), _sections())
def test_every_key_stands_in_the_example_explained_in_its_line(section: str, part: type[BaseModel]) -> None:
    if section == "lmtp":
        section = "smtp"  # the same keys, as the example says
    head = re.compile(rf"^#? ?\[\[?{section}\]?\]")
    lines = EXAMPLE.splitlines()
    start = next(number for number, line in enumerate(lines) if head.match(line))
    rest = lines[start + 1 :]
    end = next((number for number, line in enumerate(rest) if re.match(r"^(# )?\[", line)), len(rest))
    for key in part.model_fields:
        written = [line for line in rest[:end] if re.match(rf"^(# )?{key} = ", line) or f"or {key} = " in line]
        assert written, f"{section}.{key} is not in the example"
        explained = written[0].removeprefix("# ")
        assert re.search(r"# .*\w{3}", explained), f"{section}.{key} is not explained"


def test_defaults_in_the_example_are_the_programs_own() -> None:
    given = tomllib.loads(EXAMPLE)
    plain = Settings(route=[Route(address="a@support.example", policy="p")])
    for section, part in _sections():
        if section in ("route", "mailbox", "service"):
            continue
        for key, value in given.get(section, {}).items():
            default = getattr(getattr(plain, section), key)
            assert (str(default) if isinstance(default, Path) else default) == value, f"{section}.{key} of {part}"


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('listen = "127.0.0.1:8025"', 'lisen = "127.0.0.1:8025"', "smtp.lisen", 'no such key; did you mean "listen"?'),
        ("[reading]", "[redaing]", "redaing", 'did you mean "reading"?'),
        ('"127.0.0.1:8025"', '"localhost"', "smtp.listen", "host:port"),
        ('"127.0.0.1:8025"', '"localhost:99999"', "smtp.listen", "host:port"),
        ("batch = 100", 'batch = "many"', "reading.batch", "whole number"),
        ("batch = 100", "batch = true", "reading.batch", "must be a number"),
        ("idle_seconds = 60", "idle_seconds = inf", "smtp.idle_seconds", "must be a finite number"),
        ('\nurl = ""', '\nurl = "mysql://db.example/x"', "store.url", "postgresql://USER@HOST/NAME"),
        ("batch = 100", "batch = 0", "reading.batch", "must be 1 or more"),
        ("size_limit_mb = 25", "size_limit_mb = 0", "smtp.size_limit_mb", "must be 1 or more"),
        ("tls_required = false", "tls_required = true", "smtp", "tls_required needs tls_certificate"),
        ("login_required = false", "login_required = true", "smtp", "login_required needs logins"),
        ('tls = "starttls"   ', 'tls = "always"', "outgoing.tls", "'starttls', 'implicit' or 'none'"),
        ('language = "en"', 'language = "xx"', "service.language", 'such as "en" or "de"'),
        ('hostname = "support.example"', 'hostname = "my host"', "service.hostname", "my host"),
        ('token_separator = "+"', 'token_separator = "@"', "answers.token_separator", "'+'"),
        ('token_separator = "+"', 'token_separator = "-"', "route[1].address", "sets tokens apart"),
        ('"lead@desk.example"', '"lead"', "roles.lead[1]", "must be one mail address"),
        ('"lead@desk.example"', '"open-xchange@support.example"', "roles.lead[1]", "come back as cases"),
        ("aliases = []", 'aliases = ["open-xchange@support.example"]', "route[1].address", "stands twice"),
        ("security = [", "guards = [", "route[6].role", "a private route needs a role of its own"),
        ('role = "security"', "", "route[6].private", "a private route needs a role of its own"),
        ("[service]", "_env_file = 'x'\n[service]", "_env_file", "no such key"),
        ("[service]", "_cli_parse_args = true\n[service]", "_cli_parse_args", "no such key"),
        ("\n[[route]]", "\n[[rout]]", "route", "is needed here and missing"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_what_would_be_right(
    loading: Loading, old: str, new: str, key: str, said: str
) -> None:
    assert old in EXAMPLE
    every = -1 if key == "route" else 1
    found = _mistakes(loading, EXAMPLE.replace(old, new, every))
    assert key in found
    assert said in found[key]
    if key != "route":
        assert re.search(r"config\.toml:\d+: ", found[key])


MAILBOX = '[[mailbox]]\nname = "m"\nhost = "imap.support.example"\nuser = "u"\n'


@pytest.mark.parametrize(
    ("more", "key", "said"),
    [
        (MAILBOX, "mailbox[1]", "needs either password (PLAIN) or token (XOAUTH2)"),
        (MAILBOX + 'password = "env:P"\ntoken = "env:T"\n', "mailbox[1]", "needs either password"),
        (MAILBOX + 'password = "env:P"\nport = 99999\n', "mailbox[1].port", "must be 65535 or less"),
        ((MAILBOX + 'password = "env:P"\n') * 2, "mailbox[2].name", 'two mailboxes are named "m"'),
        (
            MAILBOX + 'password = "env:P"\nroute = "open-xchnge@support.example"\n',
            "mailbox[1].route",
            'did you mean "open-xchange@support.example"?',
        ),
    ],
)
def test_a_mailboxs_mistakes_are_named(loading: Loading, more: str, key: str, said: str) -> None:
    assert said in _mistakes(loading, f"{EXAMPLE}\n{more}")[key]


def test_all_mistakes_are_named_at_once(loading: Loading) -> None:
    text = EXAMPLE.replace("batch = 100", 'batch = "x"').replace("workers = 1", "worker = 1")
    found = _mistakes(loading, text, INTAKE_SMPT__LISTEN="x", INTAKE_SMTP__MAX_RECIPIENTS="0")
    assert set(found) == {"reading.batch", "reading.worker", "INTAKE_SMPT__LISTEN", "INTAKE_SMTP__MAX_RECIPIENTS"}


def test_the_environment_wins_over_the_file(loading: Loading) -> None:
    settings = loading(INTAKE_SMTP__LISTEN="0.0.0.0:25", INTAKE_READING__BATCH="7").settings
    assert (settings.smtp.listen, settings.reading.batch) == ("0.0.0.0:25", 7)
    assert settings.smtp.max_recipients == 100


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("INTAKE_SMPT__LISTEN", "did you mean INTAKE_SMTP__LISTEN?"),
        ("INTAKE_SMTP__LISTN", 'did you mean "listen"?'),
        ("INTAKE_LISTEN", "no such setting"),
        ("intake_smpt__listen", "did you mean INTAKE_SMTP__LISTEN?"),
    ],
)
def test_a_misspelt_name_in_the_environment_is_named(loading: Loading, name: str, said: str) -> None:
    found = _mistakes(loading, **{name: "127.0.0.1:1"})
    assert found[name].startswith("environment: ")
    assert said in found[name]


def test_a_wrong_value_in_the_environment_is_named_there_and_not_in_the_file(loading: Loading) -> None:
    found = _mistakes(loading, INTAKE_SMTP__LISTEN="nowhere", INTAKE_READING__BATCH="x")
    assert set(found) == {"INTAKE_SMTP__LISTEN", "INTAKE_READING__BATCH"}
    assert "INTAKE_SMTP" in str(_mistakes(loading, INTAKE_SMTP="{no json"))


def test_names_of_secrets_and_of_the_file_are_no_mistakes(loading: Loading) -> None:
    text = EXAMPLE.replace('password = "" ', 'password = "env:INTAKE_MY_PASSWORD"')
    config = loading(text, INTAKE_MY_PASSWORD=SECRET, INTAKE_CONFIG="config.toml")
    assert config.secret("env:INTAKE_MY_PASSWORD") == SECRET


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('password = "" ', f'password = "{SECRET}"'),
        ("logins = {}", f'logins = {{ user = "{SECRET}" }}'),
        ("logins = {}", f'logins = "{SECRET}"'),
        ('\nurl = "" ', f'\nurl = "postgresql://user:{SECRET}@db.example/intake"'),
        ("\n[[route]]", f'\n{MAILBOX}token = "{SECRET}"\n[[route]]'),
        ("\n[[route]]", f'\n{MAILBOX}password = ["{SECRET}"]\n[[route]]'),
    ],
)
def test_a_secret_that_stands_in_the_file_is_refused_and_never_shown(loading: Loading, old: str, new: str) -> None:
    assert old in EXAMPLE
    assert SECRET not in str(_mistakes(loading, EXAMPLE.replace(old, new, 1)))


@pytest.mark.parametrize(
    "environment",
    [
        {"INTAKE_OUTGOING__PASSWORD": SECRET},
        {"INTAKE_SMTP__LOGINS": f'{{"user": "{SECRET}"}}'},
        {"INTAKE_SMTP__LOGINS": SECRET},
        {"INTAKE_STORE__URL": f"postgresql://user:{SECRET}@db.example/intake"},
    ],
)
def test_a_secret_in_a_settings_name_is_refused_and_never_shown(loading: Loading, environment: dict[str, str]) -> None:
    assert SECRET not in str(_mistakes(loading, **environment))


def test_a_url_without_a_password_may_stand_in_the_file(loading: Loading) -> None:
    text = EXAMPLE.replace('\nurl = "" ', '\nurl = "postgresql://user@/intake"')
    assert loading(text).settings.store.url == "postgresql://user@/intake"


def test_secrets_come_from_the_environment_or_a_file_beside_the_configuration(loading: Loading, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    config = loading(TEST_SECRET=SECRET)
    assert config.secret("env:TEST_SECRET") == config.secret("file:password") == SECRET
    assert SECRET not in repr(config.settings)
    assert SECRET not in repr(vars(config))


@pytest.mark.parametrize("place", ["env:NOT_THERE", "file:not-there", "file:binary", "file:"])
def test_a_secret_that_is_not_there_is_named_by_its_place(loading: Loading, tmp_path: Path, place: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe" + SECRET.encode())
    with pytest.raises(IntakeError) as caught:
        loading().secret(place)
    assert place.partition(":")[2] in str(caught.value)
    assert SECRET not in str(caught.value)


def test_paths_are_relative_to_the_file(loading: Loading, tmp_path: Path) -> None:
    config = loading(EXAMPLE.replace('# policies = "policies"', 'policies = "mine"'))
    assert config.folder == tmp_path.resolve() / "var"
    assert config.policies == tmp_path.resolve() / "mine"
    assert config.templates.is_dir()
    assert config.path(Path("/elsewhere")) == Path("/elsewhere")


def test_a_trial_has_another_folder_and_the_same_settings(loading: Loading, tmp_path: Path) -> None:
    config = loading()
    other = config.with_folder(tmp_path / "trial")
    assert other.folder == tmp_path / "trial"
    assert other.settings.smtp == config.settings.smtp
    assert config.folder == tmp_path.resolve() / "var"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"\x00", b"[[", b""])
def test_a_file_that_is_none_of_ours_is_a_mistake_with_its_name(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "config.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Mistakes, match=re.escape(str(file))):
        load(file)
