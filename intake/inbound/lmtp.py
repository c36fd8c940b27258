"""LMTP (RFC 2033): what differs from SMTP."""

from aiosmtpd.smtp import syntax

from intake.errors import Smtp
from intake.inbound.smtp_session import Session


class LmtpSession(Session):
    """An LMTP connection (RFC 2033): LHLO alone, and a reply for each accepted recipient."""

    greeting = "LMTP"
    reply_each_recipient = True

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str | None) -> None:  # noqa: N802  (aiosmtpd's names)
        """The greeting of LMTP."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str | None) -> None:  # noqa: N802
        """Not a command of LMTP."""
        del arg
        await self.push(Smtp.UNKNOWN_COMMAND)

    async def smtp_EHLO(self, arg: str | None) -> None:  # noqa: N802
        """Not a command of LMTP."""
        del arg
        await self.push(Smtp.UNKNOWN_COMMAND)
