"""The commands about people: the secret that signs a business's users, and erasure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.options import BusinessOption, ConfigOption, DataOption, in_database, out, settings_of
from gateway.dispatcher.erasing import AskErasure
from gateway.errors import StartupError
from gateway.store import accounts, inbox_secrets
from gateway.store.sql import Tx


def inbox_secret(inbox: str, business: BusinessOption, config: ConfigOption = None, data: DataOption = None) -> None:
    """Make an inbox's secret for signing users. It is shown once; one made before works no more."""
    from gateway.vault import open_vault

    settings = settings_of(config, data=data)
    vault = open_vault(settings, Path(settings.data))
    secret = inbox_secrets.new_secret()
    sealed = inbox_secrets.seal(vault, inbox, secret)

    def unit(tx: Tx, now: int) -> bool:
        if not accounts.claim_key(tx, vault.fingerprint, now=now):
            raise StartupError("The secret key isn't the server's. Run this with its settings and data folder.")
        return inbox_secrets.put(tx, inbox, sealed)

    if not in_database(settings, unit, business=business):
        raise StartupError(f"{business} has no inbox {inbox}. `switchboard inbox list` shows them.")
    out.print(secret, soft_wrap=True)
    out.print("Keep it on your server: it signs your users (docs/signed-users.md). It isn't shown again.")


def contact_erase(
    contact: Annotated[str, typer.Argument(help="The contact's id, as the API tells it.")],
    business: BusinessOption,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Erase a person and everything that they said, also what is merged with them. It can't be undone."""
    settings = settings_of(config, data=data)
    if not yes:
        typer.confirm("Names, messages and facts are gone for good. Erase them?", abort=True)
    asked = in_database(settings, AskErasure(contact, by="command line"), business=business)
    out.print(f"{asked.contact} is a stranger from now on. Running servers empty the conversations; if none runs,")
    out.print("`switchboard run` does. Old backups still hold them.")
