"""The commands that set up and look after an installation."""

from __future__ import annotations

from collections.abc import Callable

import typer

from gateway.commands.bot import bot_check, bot_evaluate, bot_export, bot_test, bot_train, bot_try
from gateway.commands.businesses import business_add, inbox_add, inbox_allow, inbox_list
from gateway.commands.contacts import contact_erase, inbox_secret
from gateway.commands.database import backup, migrate, restore
from gateway.commands.doctor import doctor
from gateway.commands.moving import move_to_postgresql
from gateway.commands.people import (
    token_add,
    token_revoke,
    user_add,
    user_link,
    user_list,
    user_password,
    user_reset_second_factor,
)
from gateway.commands.rasa import rasa_status, rasa_train
from gateway.commands.setup import init
from gateway.commands.speech import speech_download, speech_list, speech_test
from gateway.commands.transfer import export_config, import_config


def group(help_text: str) -> typer.Typer:
    """A command with commands of its own."""
    return typer.Typer(help=help_text, no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    """Adds the commands above to the command line."""
    plain: tuple[Callable[..., None], ...] = (init, migrate, backup, restore, doctor, export_config, import_config)
    for command in plain:
        cli.command()(command)
    groups: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
        "bot": (
            "A bot's content, in a folder: look through it, train it, test it, talk to it, measure it.",
            {
                "check": bot_check,
                "train": bot_train,
                "test": bot_test,
                "try": bot_try,
                "evaluate": bot_evaluate,
                "export": bot_export,
            },
        ),
        "business": ("Businesses that are answered for.", {"add": business_add}),
        "user": (
            "People who sign in.",
            {
                "add": user_add,
                "link": user_link,
                "password": user_password,
                "reset-second-factor": user_reset_second_factor,
                "list": user_list,
            },
        ),
        "inbox": (
            "Ways in: web chat inboxes.",
            {"add": inbox_add, "allow": inbox_allow, "list": inbox_list, "secret": inbox_secret},
        ),
        "move-to": ("Move the installation to another database.", {"postgresql": move_to_postgresql}),
        "contact": ("People who write.", {"erase": contact_erase}),
        "rasa": ("Rasa servers of the settings.", {"status": rasa_status, "train": rasa_train}),
        "speech": (
            "Engines that understand and speak on this machine: their models, and trying them.",
            {"list": speech_list, "download": speech_download, "test": speech_test},
        ),
        "token": ("Bearer tokens for programs.", {"add": token_add, "revoke": token_revoke}),
    }
    for name, (help_text, commands) in groups.items():
        made = group(help_text)
        for verb, command in commands.items():
            made.command(verb)(command)
        cli.add_typer(made, name=name)
