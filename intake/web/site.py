"""What every page works with, and how one is made: the house, the clock, the templates of pages, the assets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from itsdangerous import BadSignature, TimestampSigner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intake import __version__
from intake.desk.channels import Channel
from intake.desk.house import House
from intake.store.attempts import Limit
from intake.web.passwords import Passwords

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
MINUTES_15 = timedelta(minutes=15)
PER_DEVICE = Limit("device", 10, MINUTES_15)
PER_ADDRESS = Limit("address", 10, MINUTES_15)
PER_CLIENT = Limit("client", 40, MINUTES_15)
DEVICE_LASTS = 365 * 86_400


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    versions = {file.name: sha256(file.read_bytes()).hexdigest()[:12] for file in ASSETS.iterdir() if file.is_file()}
    made.globals["asset"] = lambda name: f"/assets/{name}?v={versions[name]}"
    made.globals["version"] = __version__
    return made


@dataclass
class Site:
    """The console's parts. `now` gives this instant; `reload` has what was published serve at once."""

    house: House
    now: Callable[[], datetime]
    reload: Callable[[], None]
    passwords: Passwords
    pages: Environment = field(default_factory=_environment)
    channels: Sequence[Channel] = ()
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the desk is named on its pages."""
        return self.house.settings.service.name

    @property
    def behind_tls(self) -> bool:
        """Whether people reach the console by https, so that cookies are for https alone."""
        return self.house.settings.service.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """The cookie's name; browsers keep others from setting one that begins with `__Host-`."""
        return "__Host-intake_session" if self.behind_tls else "intake_session"

    def page(self, name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A page by its template."""
        return HTMLResponse(self.pages.get_template(name).render(site=self, **values), status)

    def zone(self, own: str | None) -> ZoneInfo:
        """A person's zone; without one, that of the first route's policy."""
        policy = self.house.policies.get(self.house.settings.route[0].policy)
        return ZoneInfo(own or policy.file.zone)

    def device_token(self, device: str, address: str) -> str:
        """What a browser keeps once somebody signed in from it: it is known from then on, for that address."""
        return self._signer.sign(f"{device}:{address}").decode()

    def device_of(self, token: str, address: str) -> str | None:
        """The device that a token names, where it is known for that address."""
        try:
            device, _, known = self._signer.unsign(token, DEVICE_LASTS).decode().partition(":")
        except (BadSignature, UnicodeDecodeError):
            return None
        return device if known == address else None

    @property
    def _signer(self) -> TimestampSigner:
        secrets = self.house.keys.secrets
        return TimestampSigner(secrets[max(secrets)], salt="intake.device")


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    found: Site = request.app.state.site
    return found
