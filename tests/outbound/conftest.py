"""Letters, templates and a real mail server on loopback for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from house import fresh_databases
from smarthost import Listening, Sink

from intake.outbound.templateset import TemplateSet, load
from intake.shipped import shipped
from intake.store.engine import Databases


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def listening(sink: Sink) -> Iterator[Listening]:
    server = Listening(sink, enable_SMTPUTF8=True)
    yield server
    server.stop()


@pytest.fixture
def listen(sink: Sink) -> Iterator[Callable[..., Listening]]:
    started: list[Listening] = []

    def start(**more: Any) -> Listening:
        started.append(Listening(sink, **more))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def templates() -> TemplateSet:
    return load([shipped("templates")])


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path / "var")
    yield made
    made.close()
