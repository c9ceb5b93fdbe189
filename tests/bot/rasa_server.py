"""One live Rasa server for a file of tests: built and trained once per user, started on a free loopback port."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gateway.settings import RasaServers
from scripts.rasa.serving import RasaServer
from tests.bot.stories import LANTERN

TOKEN = "12345-TEST-TOKEN"


@contextmanager
def served(config: pytest.Config) -> Iterator[RasaServer]:
    """A server that answers for the example business. What takes minutes the first time is told on the terminal."""
    with RasaServer(LANTERN, token=TOKEN, say=teller(config)) as server:
        yield server


def teller(config: pytest.Config) -> Callable[[str], None]:
    """Says a line on the terminal, past whatever captures the tests' output."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        if capture is None:
            print(line, file=sys.stderr, flush=True)
        else:
            with capture.global_and_fixture_disabled():
                print(f"  {line}", file=sys.stderr, flush=True)

    return say


def settings_of(server: RasaServer, *before: str) -> RasaServers:
    """The settings that lead to the server; ``before``: addresses that are tried first."""
    return RasaServers(urls=(*before, server.url), token=server.token)
