"""What the judges of a mail's kind look at."""

from dataclasses import dataclass

from intake.core.mail.header import Headers
from intake.core.mail.message import Address
from intake.core.mail.mime import Part

_DAEMONS = ("mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "microsoftexchange")


@dataclass(frozen=True, slots=True)
class Clues:
    """A mail half read: `return_path` is "" for the null path, None where none is written."""

    raw: bytes
    root: Part
    headers: Headers
    from_: Address | None
    return_path: str | None
    subject: str
    text: str
    new_text: str

    @property
    def report_type(self) -> str:
        """The report-type of a multipart/report, in lower case, else empty."""
        if self.root.content_type != "multipart/report":
            return ""
        return self.root.parameters.get("report-type", "").lower()

    def part(self, *content_types: str) -> Part | None:
        """The first part of one of these types."""
        return next((part for part in self.root.walk() if part.content_type in content_types), None)

    def reports(self, *content_types: str) -> bool:
        """Whether the mail is a multipart/report with a part of one of these types."""
        return self.root.content_type == "multipart/report" and self.part(*content_types) is not None

    @property
    def machine(self) -> bool:
        """Whether the envelope or the sender is a mail system's."""
        return self.return_path == "" or self.from_daemon or self.local == "postmaster"

    @property
    def local(self) -> str:
        """The local part of From in lower case, all of it where there is no `@`."""
        return local_part(self.from_.address) if self.from_ else ""

    @property
    def from_daemon(self) -> bool:
        """Whether a mail system names itself as the sender."""
        return self.local.startswith(_DAEMONS) or local_part(self.return_path or "").startswith(_DAEMONS)


def local_part(address: str) -> str:
    """The part before the last `@` in lower case, without quotes."""
    return (address.rpartition("@")[0] or address).strip('"').lower()


def token(value: str | None) -> str:
    """The first word of a structured value in lower case: without comments and parameters."""
    if not value:
        return ""
    while value.startswith("(") and ")" in value:
        value = value.partition(")")[2].lstrip()
    return value.replace(";", " ").replace("(", " ").split(maxsplit=1)[0].lower() if value.strip(" ;(") else ""
