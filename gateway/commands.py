"""The commands that set up and look after an installation."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from gateway.errors import FolderInUse, StartupError
from gateway.settings import Settings, load_settings
from gateway.store import directory
from gateway.store.opening import (
    DataFolder,
    backup_sqlite,
    check_known,
    migrate_postgresql,
    migrate_sqlite,
    open_beside,
    open_folder,
    open_postgresql,
    open_sqlite,
    postgresql_revision,
    postgresql_url,
    restore_sqlite,
    sqlite_revision,
)
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")
out = Console(highlight=False)

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Settings file.")]
DataOption = Annotated[Path | None, typer.Option("--data", "-d", help="The data folder.")]
BusinessOption = Annotated[str, typer.Option("--business", "-b", help="The business's short name.")]


def settings_of(config: Path | None, **overrides: Any) -> Settings:
    """The settings of a command: ``--config``, or ``switchboard.toml`` where there is one."""
    if config is None and Path("switchboard.toml").exists():
        config = Path("switchboard.toml")
    values = {name: str(value) if isinstance(value, Path) else value for name, value in overrides.items()}
    return load_settings(file=config, overrides=values)


def in_database(settings: Settings, unit: Callable[[Tx, int], T], *, business: str = "") -> T:
    """Runs one unit on the installation's database, also while a server serves from it."""

    async def work(store: Store) -> T:
        await store.start()
        try:
            identifier = await store.read("", lambda tx, now: _business(tx, business)) if business else ""
            return await store.write(identifier, unit)
        finally:
            await store.aclose()

    try:
        with open_folder(Path(settings.data)) as folder:
            return asyncio.run(work(_open(settings, folder)))
    except FolderInUse:
        if settings.database:
            return asyncio.run(work(open_postgresql(postgresql_url(settings.database))))
        return asyncio.run(work(open_beside(Path(settings.data))))


def _open(settings: Settings, folder: DataFolder) -> Store:
    if settings.database:
        return open_postgresql(postgresql_url(settings.database))
    migrate_sqlite(folder)
    return open_sqlite(folder)


def _business(tx: Tx, slug: str) -> str:
    found = directory.business_by_slug(tx, slug)
    if found is None:
        known = ", ".join(business.slug for business in directory.read_businesses(tx)) or "none yet"
        raise StartupError(f"There is no business {slug!r}. There are: {known}.")
    return found.id


TEMPLATE_HEAD = """\
# Switchboard's settings. Every one may also come from the environment as SWITCHBOARD_<NAME>, which goes before this
# file. Lines that are commented out show the default. See docs/configuration.md.
"""


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("switchboard.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented settings file."""
    if path.exists() and not force:
        raise StartupError(f"{path} is there already. Edit it, or replace it with --force.")
    try:
        path.write_text(settings_template(), "utf-8")
    except OSError as error:
        raise StartupError(f"{path} can't be written ({error.strerror}).") from error
    out.print(f"Wrote {path}. Then: switchboard user add, switchboard run.")


def settings_template() -> str:
    """``switchboard.toml`` with every setting, its meaning and its default."""
    lines = [TEMPLATE_HEAD]
    for name, meaning in setting_docs().items():
        lines.append(f"# {meaning}")
        lines.append(f"# {name} = {_toml(getattr(Settings(), name))}\n")
    return "\n".join(lines)


def setting_docs() -> dict[str, str]:
    """What each setting means: the text below its field."""
    import ast
    import inspect
    import textwrap

    body = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    name = ""
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            found[name] = " ".join(str(node.value.value).replace("``", "").split())
    return found


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def migrate(config: ConfigOption = None, data: DataOption = None) -> None:
    """Bring the database to this release's schema; a file is backed up first."""
    settings = settings_of(config, data=data)
    if settings.database:
        migrate_postgresql(postgresql_url(settings.database))
        out.print("The database is at the newest schema.")
        return
    with open_folder(Path(settings.data)) as folder:
        backup = migrate_sqlite(folder)
    out.print(f"Backed up to {backup}, then migrated." if backup else "The database is at the newest schema.")


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Copy the database while it is in use."""
    settings = settings_of(config, data=data)
    _only_sqlite(settings, "pg_dump")
    backup_sqlite(Path(settings.data) / "switchboard.db", target)
    out.print(f"Wrote {target} ({target.stat().st_size:,} bytes), checked.")


def restore(
    source: Annotated[Path, typer.Argument(help="A file that `switchboard backup` wrote.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Put a backup in place of the database, which is kept. The server must be stopped."""
    settings = settings_of(config, data=data)
    _only_sqlite(settings, "pg_restore")
    with open_folder(Path(settings.data)) as folder:
        kept = restore_sqlite(folder, source)
    out.print(f"Restored. What was there is kept as {kept}." if kept else "Restored.")


def _only_sqlite(settings: Settings, other: str) -> None:
    if settings.database:
        raise StartupError(f"This installation is on PostgreSQL: use {other}.")


def doctor(config: ConfigOption = None, data: DataOption = None) -> None:
    """Look whether everything is as it must be, and say what to do where it isn't."""
    settings = settings_of(config, data=data)
    checks = [
        ("Python", _check_python), ("Front end", _check_front_end), ("Data folder", lambda: _check_folder(settings)),
        ("Database", lambda: _check_database(settings)), ("Secret key", lambda: _check_key(settings)), ("Redis", lambda: _check_redis(settings)),
        ("Public URL", lambda: _check_url(settings)),
    ]  # fmt: skip
    table = Table(show_header=False, box=None)
    failed = 0
    for name, check in checks:
        try:
            table.add_row("[green]ok[/green]", name, check())
        except Exception as error:
            failed += 1
            table.add_row("[red]mend[/red]", name, str(error))
    out.print(table)
    if failed:
        raise typer.Exit(1)


def _check_python() -> str:
    if sys.version_info < (3, 11):  # noqa: UP036 (it is told to those whose wrapper picked another)
        raise StartupError("Python 3.11 or newer is needed.")
    return sys.version.split()[0]


def _check_front_end() -> str:
    from gateway.http.static import STATIC

    if not (STATIC / "console" / "index.html").exists():
        raise StartupError("Not built. `make web` builds it; a wheel brings it along.")
    return str(STATIC)


def _check_folder(settings: Settings) -> str:
    path = Path(settings.data)
    if not path.exists():
        return f"{path} (made at the first start)"
    with contextlib.suppress(FolderInUse):
        open_folder(path).close()
    free = shutil.disk_usage(path).free
    if free < 256 * 1024 * 1024:
        raise StartupError(f"Only {free // 1_000_000} MB are free on the disk of {path}. Make room.")
    return f"{path}, {free // 1_000_000_000} GB free"


def _check_database(settings: Settings) -> str:
    if settings.database:
        revision = postgresql_revision(postgresql_url(settings.database))
        check_known(revision, "on PostgreSQL")
        return f"PostgreSQL, schema {revision or 'not made yet'}"
    revision = sqlite_revision(Path(settings.data) / "switchboard.db")
    check_known(revision, settings.data)
    return f"SQLite, schema {revision or 'not made yet'}"


def _check_key(settings: Settings) -> str:
    from gateway.vault import KEY_FILE, open_vault

    if not settings.secret_key and not settings.database and not (Path(settings.data) / KEY_FILE).exists():
        return f"{Path(settings.data) / KEY_FILE} (made at the first start)"
    open_vault(settings, Path(settings.data))
    where = "from the settings" if settings.secret_key else str(Path(settings.data) / KEY_FILE)
    return f"{where}; keep a copy apart from the backups"


def _check_redis(settings: Settings) -> str:
    if not settings.redis:
        return "not used: one node" if not settings.database else "not used: nodes look at the database each second"
    import redis

    try:
        redis.Redis.from_url(settings.redis, socket_connect_timeout=2.0).ping()
    except redis.RedisError as error:
        raise StartupError(f"Redis can't be reached ({error}). Check `redis`.") from error
    return "reached"


def _check_url(settings: Settings) -> str:
    if not settings.public_url:
        return f"not set: browsers reach it at http://{settings.host}:{settings.port}"
    if settings.public_url.startswith("https:") and not settings.trusted_proxies:
        raise StartupError("public_url is https, so a proxy ends TLS: name it in trusted_proxies.")
    return settings.public_url


# --- people and inboxes ---


def user_add(
    email: str,
    name: Annotated[str, typer.Option("--name", help="As customers and colleagues see it.")],
    business: BusinessOption,
    role: Annotated[str, typer.Option("--role", help="operator, supervisor or administrator")] = "operator",
    locale: Annotated[str, typer.Option("--locale", help="en or ru")] = "en",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a person to a business, and print a one-time sign-in link."""
    if role not in directory.ROLES:
        raise StartupError(f"There is no role {role!r}. Roles: {', '.join(directory.ROLES)}.")
    if "@" not in email:
        raise StartupError(f"{email!r} isn't an e-mail address.")
    settings = settings_of(config, data=data)
    token = directory.new_token()

    def unit(tx: Tx, now: int) -> None:
        known = directory.account_by_email(tx, email)
        account = known[0] if known else directory.add_account(tx, email=email, name=name, locale=locale, now=now)
        if directory.membership(tx, account.id) is None:
            directory.add_operator(tx, account.id, role=role, name=name, now=now)
        directory.add_sign_in_link(tx, account.id, token=token, now=now, lifetime=24 * 3600 * 1_000_000)

    in_database(settings, unit, business=business)
    _print_link(settings, token)


def user_link(email: str, config: ConfigOption = None, data: DataOption = None) -> None:
    """Print a new one-time sign-in link for a person; it works for 24 hours."""
    settings = settings_of(config, data=data)
    token = directory.new_token()

    def unit(tx: Tx, now: int) -> None:
        known = directory.account_by_email(tx, email)
        if known is None:
            raise StartupError(f"Nobody signs in as {email}. `switchboard user list` shows who does.")
        directory.add_sign_in_link(tx, known[0].id, token=token, now=now, lifetime=24 * 3600 * 1_000_000)

    in_database(settings, unit)
    _print_link(settings, token)


def _print_link(settings: Settings, token: str) -> None:
    base = settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"
    out.print(f"{base}/console/#sign-in={token}", soft_wrap=True)
    out.print("It works once, within 24 hours.")


def user_password(email: str, config: ConfigOption = None, data: DataOption = None) -> None:
    """Set a person's password (asked for, not shown)."""
    from gateway.http.signin import hash_password

    settings = settings_of(config, data=data)
    password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    if len(password) < 10:
        raise StartupError("A password needs at least 10 characters.")
    hashed = hash_password(password)

    def unit(tx: Tx, now: int) -> None:
        known = directory.account_by_email(tx, email)
        if known is None:
            raise StartupError(f"Nobody signs in as {email}.")
        directory.set_password(tx, known[0].id, hashed)

    in_database(settings, unit)
    out.print("The password is set.")


def user_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show who signs in, and for which businesses."""

    def unit(tx: Tx, now: int) -> list[tuple[str, str, str]]:
        rows = []
        for account in directory.read_accounts(tx):
            roles = []
            for member in directory.memberships(tx, account.id):
                business = directory.read_business(tx, member.business)
                roles.append(f"{business.slug if business else '?'}: {member.role}")
            rows.append((account.email, account.name, ", ".join(roles)))
        return rows

    table = Table("E-mail", "Name", "Works for", box=None)
    for row in in_database(settings_of(config, data=data), unit):
        table.add_row(*row)
    out.print(table)


def token_add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    business: BusinessOption,
    role: Annotated[str, typer.Option("--role", help="operator, supervisor or administrator")] = "operator",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Make a bearer token for a program. It is shown once; only its hash is kept."""
    if role not in directory.ROLES:
        raise StartupError(f"There is no role {role!r}. Roles: {', '.join(directory.ROLES)}.")
    token = directory.new_token()

    def unit(tx: Tx, now: int) -> str:
        return directory.add_api_token(tx, token=token, role=role, name=name, now=now)

    identifier = in_database(settings_of(config, data=data), unit, business=business)
    out.print(token, soft_wrap=True)
    out.print(f"Use it as Authorization: Bearer …; end it with: switchboard token revoke {identifier} -b {business}")


def token_revoke(token: str, business: BusinessOption, config: ConfigOption = None, data: DataOption = None) -> None:
    """End a token, by the id that `token add` printed."""

    def unit(tx: Tx, now: int) -> bool:
        return directory.revoke_api_token(tx, token, now=now)

    if not in_database(settings_of(config, data=data), unit, business=business):
        raise StartupError(f"{business} has no token {token}.")
    out.print("The token is revoked.")


def inbox_add(
    name: str,
    business: BusinessOption,
    origin: Annotated[list[str] | None, typer.Option("--origin", help="A page's origin that may use it.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a web chat inbox, and print the line for the page."""
    settings = settings_of(config, data=data)
    origins = tuple(_origin(text) for text in origin or ())

    def unit(tx: Tx, now: int) -> str:
        chosen = directory.InboxSettings(origins=origins)
        return directory.add_inbox(tx, channel="webchat", name=name, settings=chosen, now=now).id

    _print_snippet(settings, in_database(settings, unit, business=business))


def inbox_allow(
    inbox: str, origin: str, business: BusinessOption, config: ConfigOption = None, data: DataOption = None
) -> None:
    """Let pages of another origin use an inbox."""
    from msgspec.structs import replace

    allowed = _origin(origin)

    def unit(tx: Tx, now: int) -> None:
        found = next((one for one in directory.read_inboxes(tx) if one.id == inbox), None)
        if found is None:
            raise StartupError(f"{business} has no inbox {inbox}. `switchboard inbox list` shows them.")
        origins = tuple(dict.fromkeys((*found.settings.origins, allowed)))
        directory.set_inbox(tx, inbox, replace(found.settings, origins=origins))

    in_database(settings_of(config, data=data), unit, business=business)
    out.print(f"Pages of {allowed} may use it.")


def inbox_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show all inboxes with the pages that may use them."""

    def unit(tx: Tx, now: int) -> list[tuple[str, str, str, str]]:
        return [
            (business.slug, inbox.id, inbox.name, ", ".join(inbox.settings.origins) or "our own pages")
            for business in directory.read_businesses(tx)
            for inbox in directory.read_inboxes(tx.for_business(business.id))
        ]

    table = Table("Business", "Inbox", "Name", "Allowed origins", box=None)
    for row in in_database(settings_of(config, data=data), unit):
        table.add_row(*row)
    out.print(table)


def _origin(text: str) -> str:
    from gateway.http.peers import origin_of

    if not text.startswith(("http://", "https://")):
        raise StartupError(f"{text!r} isn't an origin. It looks like https://shop.example.com.")
    return origin_of(text)


def _print_snippet(settings: Settings, inbox: str) -> None:
    base = settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"
    out.print("Put this line before </body>:", soft_wrap=True)
    out.print(f'<script async src="{base}/widget.js" data-inbox="{inbox}"></script>', soft_wrap=True, markup=False)


def business_add(
    folder: Annotated[Path, typer.Argument(help="A folder with business.toml and the bot's content.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a business from its folder, train its bot and publish it."""
    from gateway.admin.businesses import load_business, read_business_file

    settings = settings_of(config, data=data)
    file = read_business_file(folder)
    loaded = in_database(settings, load_business(file))
    asyncio.run(_train(settings, loaded.business.id, folder))
    out.print(f"{file.slug}: {len(loaded.inboxes)} inboxes, {len(loaded.people)} people.")
    for inbox in loaded.inboxes:
        _print_snippet(settings, inbox.id)


async def _train(settings: Settings, business: str, content: Path) -> None:
    import bot
    from gateway.admin.bots import Bots

    with open_folder(Path(settings.data)) as folder:
        store = _open(settings, folder)
        await store.start()
        try:
            with Console(stderr=True).status("The bot learns …"):
                bots = Bots(store, bot.engine(), bot.trainer(), folder=folder.models)
                report = await bots.train_and_publish(business, content)
            out.print(f"The bot is published: {report.intents} intents, {report.examples} examples.")
        finally:
            await store.aclose()


def group(help_text: str) -> typer.Typer:
    """A command with commands of its own."""
    return typer.Typer(help=help_text, no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    """Adds the commands above to the command line."""
    plain: tuple[Callable[..., None], ...] = (init, migrate, backup, restore, doctor)
    for command in plain:
        cli.command()(command)
    groups: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
        "business": ("Businesses that are answered for.", {"add": business_add}),
        "user": (
            "People who sign in.",
            {"add": user_add, "link": user_link, "password": user_password, "list": user_list},
        ),
        "inbox": ("Ways in: web chat inboxes.", {"add": inbox_add, "allow": inbox_allow, "list": inbox_list}),
        "token": ("Bearer tokens for programs.", {"add": token_add, "revoke": token_revoke}),
    }
    for name, (help_text, commands) in groups.items():
        made = group(help_text)
        for verb, command in commands.items():
            made.command(verb)(command)
        cli.add_typer(made, name=name)
