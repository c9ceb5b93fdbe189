"""Who signs in: people with their links and passwords, programs with their tokens."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from gateway.commands.options import (
    BusinessOption,
    ConfigOption,
    DataOption,
    RoleOption,
    in_database,
    out,
    settings_of,
)
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store import accounts, audit, directory, sessions, tokens
from gateway.store.audit import Actor
from gateway.store.sql import Tx

EmailArgument = Annotated[str, typer.Argument(help="The address they sign in with.")]


def user_add(
    email: EmailArgument,
    name: Annotated[str, typer.Option("--name", help="As customers and colleagues see it.")],
    business: BusinessOption,
    role: RoleOption = "operator",
    locale: Annotated[str, typer.Option("--locale", help="The console's language for them: en or ru.")] = "en",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Add a person to a business, and print a one-time sign-in link."""
    if role not in directory.ROLES:
        raise StartupError(f"There is no role {role!r}. Roles: {', '.join(directory.ROLES)}.")
    if "@" not in email:
        raise StartupError(f"{email!r} isn't an e-mail address.")
    settings = settings_of(config, data=data)
    token = tokens.new_token()

    def unit(tx: Tx, now: int) -> None:
        known = accounts.account_by_email(tx, email)
        account = known[0] if known else accounts.add_account(tx, email=email, name=name, locale=locale, now=now)
        if directory.membership(tx, account.id) is None:
            directory.add_operator(tx, account.id, role=role, name=name, now=now)
        sessions.add_sign_in_link(tx, account.id, token=token, now=now, lifetime=24 * 3600 * 1_000_000)

    in_database(settings, unit, business=business)
    _print_link(settings, token)


def user_link(email: EmailArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Print a new one-time sign-in link for a person; it works for 24 hours."""
    settings = settings_of(config, data=data)
    token = tokens.new_token()

    def unit(tx: Tx, now: int) -> None:
        known = accounts.account_by_email(tx, email)
        if known is None:
            raise StartupError(f"Nobody signs in as {email}. `switchboard user list` shows who does.")
        sessions.add_sign_in_link(tx, known[0].id, token=token, now=now, lifetime=24 * 3600 * 1_000_000)

    in_database(settings, unit)
    _print_link(settings, token)


def _print_link(settings: Settings, token: str) -> None:
    base = settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"
    out.print(f"{base}/console/#sign-in={token}", soft_wrap=True)
    out.print("It works once, within 24 hours.")


def user_password(email: EmailArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Set a person's password (asked for, not shown)."""
    from gateway.http.passwords import hash_password

    settings = settings_of(config, data=data)
    password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    if len(password) < 10:
        raise StartupError("A password needs at least 10 characters.")
    hashed = hash_password(password)

    def unit(tx: Tx, now: int) -> None:
        known = accounts.account_by_email(tx, email)
        if known is None:
            raise StartupError(f"Nobody signs in as {email}.")
        accounts.set_password(tx, known[0].id, hashed)

    in_database(settings, unit)
    out.print("The password is set.")


def user_reset_second_factor(email: EmailArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Take a person's second factor away, who lost both phone and recovery codes. Make sure that it is them."""

    def unit(tx: Tx, now: int) -> None:
        known = accounts.account_by_email(tx, email)
        if known is None:
            raise StartupError(f"Nobody signs in as {email}.")
        account = known[0]
        accounts.set_second_factor(tx, account.id, secret="", step=0, recovery_codes=())
        for member in directory.memberships(tx, account.id):
            audit.note(
                tx.for_business(member.business), Actor("command-line", "Command line"), "second_factor_off",
                kind="account", subject=account.id, name=member.name, now=now,
            )  # fmt: skip

    in_database(settings_of(config, data=data), unit)
    out.print("They sign in by their password alone until they set up a second factor again.")


def user_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show who signs in, and for which businesses."""

    def unit(tx: Tx, now: int) -> list[tuple[str, str, str]]:
        rows = []
        for account in accounts.read_accounts(tx):
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
    role: RoleOption = "operator",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Make a bearer token for a program. It is shown once; only its hash is kept."""
    if role not in directory.ROLES:
        raise StartupError(f"There is no role {role!r}. Roles: {', '.join(directory.ROLES)}.")
    token = tokens.new_token()

    def unit(tx: Tx, now: int) -> str:
        return directory.add_api_token(tx, token=token, role=role, name=name, now=now)

    identifier = in_database(settings_of(config, data=data), unit, business=business)
    out.print(token, soft_wrap=True)
    out.print(f"Use it as Authorization: Bearer …; end it with: switchboard token revoke {identifier} -b {business}")


def token_revoke(
    token: Annotated[str, typer.Argument(help="The id that `token add` printed (not the token itself).")],
    business: BusinessOption,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """End a token: programs that send it are signed out at once."""

    def unit(tx: Tx, now: int) -> bool:
        return directory.revoke_api_token(tx, token, now=now)

    if not in_database(settings_of(config, data=data), unit, business=business):
        raise StartupError(f"{business} has no token {token}.")
    out.print("The token is revoked.")
