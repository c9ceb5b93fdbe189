"""The commands about people: the secret that signs a business's users, and erasure."""

from __future__ import annotations

from pathlib import Path

import typer

from gateway.commands import BusinessOption, ConfigOption, DataOption, in_database, out, settings_of
from gateway.errors import StartupError
from gateway.store import directory, inbox_secrets
from gateway.store.sql import Tx


def inbox_secret(inbox: str, business: BusinessOption, config: ConfigOption = None, data: DataOption = None) -> None:
    """Make an inbox's secret for signing users. It is shown once; one made before works no more."""
    from gateway.vault import open_vault

    settings = settings_of(config, data=data)
    vault = open_vault(settings, Path(settings.data))
    secret = inbox_secrets.new_secret()
    sealed = inbox_secrets.seal(vault, inbox, secret)

    def unit(tx: Tx, now: int) -> bool:
        if not directory.claim_key(tx, vault.fingerprint, now=now):
            raise StartupError("The secret key isn't the server's. Run this with its settings and data folder.")
        return inbox_secrets.put(tx, inbox, sealed)

    if not in_database(settings, unit, business=business):
        raise StartupError(f"{business} has no inbox {inbox}. `switchboard inbox list` shows them.")
    out.print(secret, soft_wrap=True)
    out.print("Keep it on your server: it signs your users (docs/signed-users.md). It isn't shown again.")


def register(cli: typer.Typer) -> None:
    """Adds the commands above; ``gateway.commands`` has made its groups before."""
    inboxes = next(made.typer_instance for made in cli.registered_groups if made.name == "inbox")
    assert inboxes is not None
    inboxes.command("secret")(inbox_secret)
