"""Mails signed with DKIM, and a DNS server on loopback that knows the key. The key protects nothing but these tests."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import dkim
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

_KIND = "RSA PRIVATE KEY"
_PRIVATE = f"""-----BEGIN {_KIND}-----
MIICXgIBAAKBgQDem/KRf/sBR7v1XYBJPi0nlh9RupIIshtIbmP4ZKB/WyAPBARp
vYfWoucU4tRhB8zlyuJP4Fdjo1goflkNROhxIGpTEzvJ8tC01hMePpo1zH+PNxyV
5S6Urjc7/Zl3yxoq/4BgSLUqaFJpaQ2Zp/RqWN+zHg82w2WvLtVbrJfvFQIDAQAB
AoGBAMEoC+hYZlIMDnmvMftbqg6pYm+mNcS51paYwsHrfqBDT6P31mRyAoYpP92N
nL685/uUeZ7ZiLp6J6qrR1YOLqkr5Ok08MwmxzzlocNRtDIfA3OUQQWM43ID6Cw4
7JKU/vxKRS9jxtbFAu0poUMRMpqdWJZPEiUw4qf+REqJUa0ZAkEA9/kpSwg8N8OV
8js1JRRnW0Ju00r9FiriAe2JN9lsR/bFir0utq+YgJMuvjQR4uYxbc1Gl0BmClkV
PJdvku0hNwJBAOXQmwxb2VO13jaMNnqu1jKxSeFDdSVM+W91ZG+eMY30HMzbNTQa
m+QVeV25CHvEfhWU5+6JXDYZ6evZGJkRSBMCQH/wUMrCm/cVdUa+H4RbC5x9IRro
5L1MMMFX4eUry38xpegYBYMCBAfKaGKAEP5lT/lb4ODmu/74yUkyxMEkkW8CQQCC
gNOLUR04zC5EC5tkT6STZNnvcb80T2HWSXOfbtX1Joq0SkcML5AXFZq1/j0zC4IN
/2E1tAsJLe4IYF/3jDjBAkEA9cgbrSvtZUm7jE3Bm0M11Qu4e18BDxPTI5c4bDPD
fpbyG7h1VXs1rwfxmYKgfQxndInFCuwZSJmtSiw3p4IrgQ==
-----END {_KIND}-----
"""
RECORD = (
    b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDem/KRf/sBR7v1XYBJPi0nlh9RupIIshtIbmP4"
    b"ZKB/WyAPBARpvYfWoucU4tRhB8zlyuJP4Fdjo1goflkNROhxIGpTEzvJ8tC01hMePpo1zH+PNx"
    b"yV5S6Urjc7/Zl3yxoq/4BgSLUqaFJpaQ2Zp/RqWN+zHg82w2WvLtVbrJfvFQIDAQAB"
)


def signed(raw: bytes, domain: str = "hosting.example", **more: object) -> bytes:
    """The mail with a signature of the domain, by the selector `k1`, in front."""
    header = dkim.sign(raw, b"k1", domain.encode(), _PRIVATE.encode(), **more)
    return bytes(header) + raw


@contextmanager
def name_server(records: Mapping[str, bytes]) -> Iterator[tuple[dns.resolver.Resolver, list[str]]]:
    """A resolver that asks a server with these TXT records, and the names that it was asked for."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, records, asked, stop))
        thread.start()
        try:
            yield resolver(server.getsockname()[1]), asked
        finally:
            stop.set()
            thread.join()


def resolver(port: int) -> dns.resolver.Resolver:
    """One that asks a server on loopback."""
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port, made.lifetime = ["127.0.0.1"], port, 0.5
    return made


def _answer(server: socket.socket, records: Mapping[str, bytes], asked: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            wire, client = server.recvfrom(4096)
            query = dns.message.from_wire(wire)
            name = query.question[0].name
            plain = name.to_text(omit_final_dot=True)
            asked.append(plain)
            reply = dns.message.make_response(query)
            if plain in records:
                data = records[plain]
                text = " ".join(f'"{data[at : at + 200].decode()}"' for at in range(0, len(data), 200))
                reply.answer.append(dns.rrset.from_text(name, 300, "IN", "TXT", text))
            else:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(reply.to_wire(), client)
