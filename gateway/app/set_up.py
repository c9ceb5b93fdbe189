"""The routes of the set-up, each page's part with what it needs of the node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.admin.account import OwnAccount
from gateway.admin.auditing import Auditing
from gateway.admin.configuration import Configuration
from gateway.admin.contact_imports import ContactImports
from gateway.admin.inboxes import Inboxes
from gateway.admin.invitations import Invitations
from gateway.admin.members import People
from gateway.admin.messengers import Messengers
from gateway.admin.own_day import OwnDays
from gateway.admin.profile import Profiles
from gateway.admin.programs import Programs
from gateway.admin.push import PushRoutes
from gateway.admin.reports import Reports
from gateway.admin.setup import SetUp
from gateway.admin.sounds import Sounds
from gateway.admin.speech import SpeechRoutes
from gateway.admin.transfers import Transfers
from gateway.admin.unread import UnreadRoutes
from gateway.admin.webhooks import WebhookRoutes
from gateway.dispatcher.setup import WEBHOOK
from gateway.http.routes import Route
from gateway.store.articles import ARTICLE
from speech.catalogue import known
from speech.models import FOLDER

if TYPE_CHECKING:
    from gateway.app.node import Switchboard


def set_up_routes(node: Switchboard, *, changed: Callable[[str, str], None]) -> list[Route]:
    """``changed`` is told (business, kind) of what nodes keep in memory."""
    phrases, set_ups = node.dispatcher.policy.phrases, node.dispatcher.policy.set_ups
    messengers = Messengers(node.store, node.vault, node.telegram.desk, node.guard)
    engines = partial(known, node.settings.speech, Path(node.settings.data) / FOLDER)
    inboxes = Inboxes(
        node.store, node.vault, node.dispatcher, refusals=node.refusals, messengers=messengers, engines=engines,
        clock=node.clock,
    )  # fmt: skip
    invitations = Invitations(node.store, node.sign_in, notifier=node.mailer, phrases=phrases, url=lambda: node.url)
    push = PushRoutes(
        node.store, node.vault, node.guard, vapid=node.push_service.vapid, pushes=node.pushes, set_ups=set_ups,
        counters=node.counters,
    )  # fmt: skip

    def imported(business: str) -> None:
        for kind in (WEBHOOK, ARTICLE):
            changed(business, kind)

    return [
        *SetUp(node.store, node.sign_in).routes(),
        *OwnAccount(node.store, node.hub, node.factor, sign_in=node.sign_in).routes(),
        *push.routes(),
        *node.pictures.routes(),
        *Profiles(node.store).routes(),
        *inboxes.routes(),
        *messengers.routes(),
        *People(node.store, node.dispatcher, node.hub).routes(),
        *invitations.routes(),
        *Programs(node.store).routes(),
        *SpeechRoutes(node.store, engines, node.calls, phrases=phrases, counters=node.counters).routes(),
        *Sounds(node.store, node.files, phrases).routes(),
        *Configuration(node.store, changed=changed).routes(),
        *node.knowledge.routes(),
        *WebhookRoutes(node.store, node.vault, node.dispatcher).routes(),
        *UnreadRoutes(node.store, node.vault, node.dispatcher).routes(),
        *ContactImports(node.store, node.dispatcher).routes(),
        *Auditing(node.store).routes(),
        *node.studio.routes(),
        *Transfers(node.store, imported).routes(),
        *Reports(node.store).routes(),
        *OwnDays(node.store, set_ups).routes(),
    ]
