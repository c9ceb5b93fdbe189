"""Settings: ``switchboard.toml``, then ``SWITCHBOARD_*`` in the environment, then the command line.

Every field here stands in ``docs/configuration.md``; a test compares the two.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from gateway.errors import StartupError


class RasaServers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Rasa servers of one business. ``urls``: one, or two, so that the second can be trained while the first answers;
    ``token``: what they were started with as ``--auth-token``."""

    urls: tuple[str, ...]
    token: str = ""


class ActionServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The action server of one business's bot. ``url``: its webhook, http://127.0.0.1:5055/webhook; ``token``: is sent as a
    bearer token, for a proxy in front of it to check."""

    url: str
    token: str = ""


class LanguageModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model behind one business's bot, on any server that speaks OpenAI's API. ``url``: up to its version,
    https://models.example.com/v1; ``seconds``: how long an answer may take."""

    url: str
    model: str
    key: str = ""
    seconds: float = 6.0


class SpeechEngine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A speech engine that inboxes may choose by its name (voice.md). ``url``: up to its version (openai, deepgram), or the domain
    (yandex); ``model``: by which it understands, ``voice_model``: by which it speaks (openai), ``voice``: in which, where an inbox says
    nothing; ``rate``: samples a second of its raw sound (openai); ``folder``: that of Yandex Cloud; ``opt_out``: Deepgram may not use what
    it hears to improve its models, for another price; ``languages``: what it is for, en, ru, …, none for whatever it knows."""

    kind: Literal["openai", "deepgram", "yandex", "vosk", "whisper", "piper"]
    url: str = ""
    key: str = ""
    model: str = ""
    voice_model: str = ""
    voice: str = ""
    rate: int = 24_000
    folder: str = ""
    opt_out: bool = False
    languages: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this process runs. Durations in seconds."""

    data: str = "switchboard-data"
    """The data folder: the database file, models, backups."""
    database: str = ""
    """Empty: one SQLite file in the data folder. Or ``postgresql+psycopg://user@host/name``."""
    redis: str = ""
    """Empty: one node. Or redis://host:6379/0, so that many nodes tell one another at once; rediss:// by TLS,
    redis+sentinel://one:26379,two:26379/service/0 where Sentinels know the primary."""
    secret_key: str = ""
    """What seals secrets at rest. Empty: made at the first start and kept in the data folder; over PostgreSQL it must
    be set, the same on every node. ``switchboard secret-key`` makes one."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8080
    """The port to listen on; 0 takes a free one."""
    public_url: str = ""
    """How browsers reach this server, ``https://chat.example.com``. Needed behind a proxy."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks whose ``X-Forwarded-*`` headers are believed, ``10.0.0.0/8``."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """``auto``: readable on a terminal, JSON otherwise."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged."""
    tracing: str = ""
    """Who collects traces, by OTLP over HTTP, http://collector:4318 ([deploying](deploying.md#traces)). Empty: there are none."""
    tracing_share: float = 1.0
    """Which share of the conversations is traced, from 0 to 1: a conversation is whole, or isn't there."""
    burst_pause: float = 1.0
    """How long the bot waits for more of a burst before it answers."""
    reopen_hours: float = 24.0
    """How long after its end a conversation opens again, instead of a new one."""
    idle_hours: float = 24.0
    """After how much silence the bot's conversation ends by itself."""
    session_hours: float = 12.0
    """How long a sign-in lasts."""
    drain_seconds: float = 20.0
    """How long a stopping process finishes what it began."""
    message_limit: int = 4000
    """Characters of one message."""
    frames_per_second: float = 10.0
    """Frames that a socket may send, on average; a burst may be three times that."""
    sockets_per_minute: float = 600.0
    """Sockets that one address may open at a node, on average; a burst may be three times that."""
    sign_ins_per_minute: float = 10.0
    """Sign-in attempts of one address."""
    files: str = ""
    """Where files are kept. Empty: the folder files in the data folder. Or s3://bucket/prefix, with the credentials
    that the AWS_* variables of the environment give."""
    file_limit: int = 20 * 1024 * 1024
    """Bytes of one file."""
    link_minutes: float = 60.0
    """How long a link to a file can be used by whom it was made for."""
    uploads_per_minute: float = 10.0
    """Files that visitors of one address may send, on average; a burst may be three times that."""

    smtp: str = ""
    """The mail server that letters leave by (also [answers that nobody read](handoff.md#who-left-before-the-answer)),
    smtp://user:password@mail.example.com:587, or smtps://. Empty: none are sent."""
    mail_from: str = ""
    """From whom letters are, Switchboard <chat@example.com>. Push services are told this address, too."""
    webhook_networks: tuple[str, ...] = ()
    """Networks inside yours that webhooks, pushes and proxies of bots may go to, ``10.1.0.0/16``. Empty: public addresses
    alone."""
    telegram_server: str = ""
    """Where the Bot API is reached, https://bots.example.com. Empty: Telegram's own server."""
    telegram_local: bool = False
    """Whether that server is one of your own, run with --local on this machine: files of up to 2000 MB."""
    call_addresses: tuple[str, ...] = ()
    """Addresses of this machine by which the sound of calls comes and goes. Empty: all that it has."""
    call_public: str = ""
    """By which address browsers reach those, where it is another one (a cloud machine behind 1:1 NAT), 203.0.113.7."""
    call_ports: str = ""
    """UDP ports for the sound of calls, 40000-40999; a call needs one for each who is in it. Empty: any."""
    stun: str = ""
    """A STUN server, stun:stun.example.com:3478, by which browsers and this server find out how they are reached. Empty: none; a
    server that browsers reach directly needs none."""
    turn: str = ""
    """A TURN server, turn:user:password@turn.example.com:3478, through which sound passes where no direct way is open."""
    rasa: dict[str, RasaServers] = {}
    """Businesses whose bot is a Rasa server, by their short names: a table [rasa.lantern] with urls and token (rasa.md).
    In the file alone."""
    actions: dict[str, ActionServer] = {}
    """Action servers of businesses' bots, by their short names: a table [actions.lantern] with url and token (bot.md). In
    the file alone."""
    llm: dict[str, LanguageModel] = {}
    """Language models behind businesses' bots, by their short names: a table [llm.lantern] with url, model and key
    (bot.md). In the file alone; without it there is none."""
    speech: dict[str, SpeechEngine] = {}
    """Speech engines for calls beside those that are always there, by a name: a table [speech.cloud] with kind, key, … (voice.md). In
    the file alone."""


ENVIRONMENT = "SWITCHBOARD_"
LISTS = ("trusted_proxies", "webhook_networks", "call_addresses")
"""Settings with commas between their values in the environment."""
NETWORKS = ("trusted_proxies", "webhook_networks")
TABLES = ("rasa", "actions", "llm", "speech")
"""Settings that stand in the file alone."""
MOST_RASA_SERVERS = 2
MOST_MODEL_SECONDS = 8.0
"""A turn is given up after ten."""
START_ENGINES = ("pocketsphinx", "espeak-ng")
"""Speech engines that are always there; no table has their names."""
SERVICES = ("openai", "deepgram", "yandex")
"""Kinds of speech engines that are asked over the network."""
_ENGINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def load_settings(
    *, file: Path | None = None, environment: Mapping[str, str] = os.environ, overrides: Mapping[str, Any] | None = None
) -> Settings:  # fmt: skip
    """The settings in force. Raises ``StartupError`` with the name of what is wrong and where it came from."""
    values: dict[str, Any] = {}
    if file is not None:
        values |= _read_file(file)
    for name, value in environment.items():
        field = name.removeprefix(ENVIRONMENT).lower()
        if name.startswith(ENVIRONMENT) and field in Settings.__struct_fields__ and field not in TABLES:
            values[field] = value.split(",") if field in LISTS else value
    values |= {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        where = f" in {file}" if file else ""
        raise StartupError(f"A setting{where} isn't right: {error}. See docs/configuration.md.") from error
    _check(settings)
    return settings


def _read_file(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except FileNotFoundError as error:
        raise StartupError(f"There is no settings file {file}. `switchboard init` writes one.") from error
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise StartupError(f"The settings file {file} can't be read: {error}.") from error


def _check(settings: Settings) -> None:
    if not 0 <= settings.port <= 65535:
        raise StartupError(f"port = {settings.port} isn't a port. Choose one from 1 to 65535, or 0 for a free one.")
    if settings.database and not settings.database.startswith("postgresql+psycopg://"):
        raise StartupError("database must be empty (SQLite) or begin with postgresql+psycopg://.")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        raise StartupError("public_url must begin with http:// or https://.")
    if settings.files and not settings.files.startswith("s3://"):
        raise StartupError("files must be empty (a folder in the data folder) or begin with s3://.")
    if settings.telegram_server and not settings.telegram_server.startswith(("http://", "https://")):
        raise StartupError("telegram_server must begin with http:// or https://.")
    if settings.telegram_local and not settings.telegram_server:
        raise StartupError("telegram_local needs telegram_server, the address of your own Bot API server.")
    if settings.tracing:
        _check_server("tracing", settings.tracing, like="http://127.0.0.1:4318")
    if not 0 <= settings.tracing_share <= 1:
        raise StartupError("tracing_share is from 0 to 1.")
    for name in ("file_limit", "link_minutes", "uploads_per_minute", "sockets_per_minute"):
        if getattr(settings, name) <= 0:
            raise StartupError(f"{name} must be more than 0.")
    _check_calls(settings)
    for name in NETWORKS:
        for network in getattr(settings, name):
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError as error:
                raise StartupError(f"{name} has {network!r}, which isn't a network like 10.0.0.0/8.") from error
    for slug, servers in settings.rasa.items():
        _check_rasa(slug, servers)
    for slug, server in settings.actions.items():
        _check_server(f"actions.{slug}", server.url, like="http://127.0.0.1:5055/webhook")
    for slug, model in settings.llm.items():
        _check_server(f"llm.{slug}", model.url, like="https://models.example.com/v1")
        if not model.model or not 0 < model.seconds <= MOST_MODEL_SECONDS:
            raise StartupError(f"llm.{slug} needs a model, and seconds from 1 to {MOST_MODEL_SECONDS:g}.")
    for name, engine in settings.speech.items():
        _check_engine(name, engine)
    for name in ("burst_pause", "reopen_hours", "idle_hours", "session_hours", "drain_seconds"):
        if getattr(settings, name) < 0:
            raise StartupError(f"{name} can't be negative.")


class IceServer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A STUN or TURN server, as browsers want it."""

    urls: str
    username: str = ""
    credential: str = ""


_TURN = re.compile(
    r"(?P<scheme>turns?):(?P<user>[^:@\s]+):(?P<password>[^@\s]+)@(?P<where>[A-Za-z0-9.\[\]:-]+(\?transport=(udp|tcp))?)"
)


def ice_servers(settings: Settings) -> tuple[IceServer, ...]:
    """The settings' STUN and TURN servers. Raises ``StartupError``."""
    if settings.stun and not re.fullmatch(r"stuns?:[A-Za-z0-9.\[\]:-]+", settings.stun):
        raise StartupError("stun must look like stun:stun.example.com:3478.")
    stun = (IceServer(urls=settings.stun),) if settings.stun else ()
    if not settings.turn:
        return stun
    found = _TURN.fullmatch(settings.turn)
    if found is None:
        raise StartupError("turn must look like turn:user:password@turn.example.com:3478.")
    turn = IceServer(urls=f"{found['scheme']}:{found['where']}", username=found["user"], credential=found["password"])
    return (*stun, turn)


def call_ports(settings: Settings) -> tuple[int, int] | None:
    """First and last port of calls' sound; None for any. Raises ``StartupError``."""
    if not settings.call_ports:
        return None
    first, _, last = settings.call_ports.partition("-")
    if not (first.isdigit() and last.isdigit() and 0 < int(first) <= int(last) < 65_536):
        raise StartupError("call_ports must be a range like 40000-40999.")
    return int(first), int(last)


def _check_calls(settings: Settings) -> None:
    ice_servers(settings)
    call_ports(settings)
    for address in (*settings.call_addresses, *([settings.call_public] if settings.call_public else ())):
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise StartupError(
                f"{address!r} isn't an address like 203.0.113.7. See call_addresses, call_public."
            ) from error


def _check_rasa(slug: str, servers: RasaServers) -> None:
    if not 1 <= len(servers.urls) <= MOST_RASA_SERVERS or len(set(servers.urls)) != len(servers.urls):
        raise StartupError(f"rasa.{slug} needs one or two different urls.")
    for url in servers.urls:
        _check_server(f"rasa.{slug}", url, like="http://127.0.0.1:5005")


def _check_engine(name: str, engine: SpeechEngine) -> None:
    where = f"speech.{name}"
    if not _ENGINE.fullmatch(name) or name in START_ENGINES:
        raise StartupError(
            f"{where} needs another name: letters, digits, - and _, and none of {', '.join(START_ENGINES)}."
        )
    if engine.url:
        _check_server(where, engine.url, like="https://speech.example.com/v1")
    if engine.kind == "openai" and not (engine.url and (engine.model or engine.voice_model)):
        raise StartupError(f"{where} needs a url, and a model to understand by, a voice_model to speak by, or both.")
    if engine.kind in ("deepgram", "yandex") and not engine.key:
        raise StartupError(f"{where} needs a key.")
    if engine.kind not in SERVICES and (engine.url or engine.key):
        raise StartupError(f"{where} runs on this machine: it has no url and no key.")
    if not 8_000 <= engine.rate <= 48_000:
        raise StartupError(f"{where}: rate is samples a second, from 8000 to 48000.")
    if not engine.key.isascii() or not engine.key.isprintable():
        raise StartupError(f"{where}: the key has letters that no key has.")
    for language in engine.languages:
        if not re.fullmatch("[a-z]{2}", language):
            raise StartupError(f"{where} has {language!r}, which isn't a language like en or ru.")


def _check_server(name: str, url: str, *, like: str) -> None:
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        fit = fit and not parts.username and parts.port != 0
    except ValueError:
        fit = False
    if not fit:
        raise StartupError(f"{name} has an address that isn't one like {like}.")
