"""A mail server that keeps nothing and takes as little of the processor as it can: it is not what is measured."""

import asyncio
from multiprocessing.connection import Connection

OFFERS = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
ANSWERS = {b"EHLO": OFFERS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 2.0.0 bye\r\n"}
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection. What came in together is answered together (RFC 2920)."""

    def __init__(self) -> None:
        self._unread = b""
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says who is here."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answers each command and each mail that is complete."""
        self._unread += data
        answers = b""
        while (end := self._unread.find(END if self._in_mail else b"\r\n")) >= 0:
            if self._in_mail:
                answers += b"250 2.0.0 taken\r\n"
                self._in_mail = False
                self._unread = self._unread[end + len(END) :]
            else:
                verb = self._unread[:4].upper()
                answers += ANSWERS.get(verb, b"250 2.0.0 OK\r\n")
                self._in_mail = verb == b"DATA"
                self._unread = self._unread[end + 2 :]
        if answers:
            self._transport.write(answers)


def sink(pipe: Connection) -> None:
    """Serves until told to stop."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Session, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await loop.run_in_executor(None, pipe.recv)
        server.close()

    asyncio.run(serve())
