"""The console's HTTP server, in a thread of its own."""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
import uvicorn

from intake.desk.channels import Channel
from intake.desk.house import House
from intake.errors import IntakeError
from intake.web.application import application
from intake.web.passwords import Passwords
from intake.web.sign_in import first_link
from intake.web.site import Site

log = structlog.get_logger()
STARTS_WITHIN = 30.0
ENDS_WITHIN = 10
CONNECTIONS = 200


class Console:
    """The pages on a host and port."""

    def __init__(
        self,
        house: House,
        listen: str,
        now: Callable[[], datetime],
        reload: Callable[[], None],
        passwords: Passwords | None = None,
        channels: Sequence[Channel] = (),
    ) -> None:
        self.site = Site(house, now, reload, passwords or Passwords(), channels=channels)
        self._listen = listen
        self._thread: threading.Thread | None = None
        self.address = ""

    def start(self) -> None:
        """Listens, and returns once pages are served. Raises `IntakeError` where the port cannot be had."""
        host, _, port = self._listen.rpartition(":")
        host = host.strip("[]")
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listening = socket.create_server((host, int(port)), family=family)
        except OSError as error:
            raise IntakeError(
                f"console.listen: {self._listen} cannot be had: {os.strerror(error.errno or 0)}"
            ) from None
        # a page is written as headers and body: held back, the body would wait for the browser's ACK of the headers,
        # which comes 40 ms late; asyncio sets it by itself only where the socket names its protocol
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{shown}:{listening.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                application(self.site),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=ENDS_WITHIN,
            )
        )
        run = lambda: self._server.run(sockets=[listening])  # noqa: E731  (a thread's target)
        self._thread = threading.Thread(target=run, name="console", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise IntakeError("the console did not start; its log says why")
            time.sleep(0.01)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.site.house.settings.service.public_url.rstrip("/") or f"http://{self.address}"

    def first_link(self) -> str:
        """A one-time link that makes the first admin; empty where there is one."""
        path = first_link(self.site)
        return f"{self.url}{path}" if path else ""

    def close(self) -> None:
        """Finishes what is in hand and ends."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(ENDS_WITHIN + 5)
