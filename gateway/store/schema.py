"""The one schema, for SQLite and PostgreSQL.

Every table of a business has ``business_id`` first in its key; ``SCOPED`` names them, and ``sql.Query`` refuses a
statement on one of them that does not bind it. Instants are UTC microseconds; JSON is stored as text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, default: str | None = "", nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable, server_default=None if default is None else text(f"'{default}'"))


def _instant(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _version() -> Column[int]:
    """Counts the changes of a row, so that whoever changes it says which one they saw."""
    return Column("version", BigInteger, nullable=False, server_default=text("1"))


MERGED = "merged_into <> ''"
"""As the index of merges says it: a query that says it otherwise doesn't use the index."""
_MERGED = text(MERGED)
FORMER = "former_address <> ''"
"""As the index of addresses before a move says it."""
_OPEN = text("ending = ''")
_FORMER = text(FORMER)
FAR = 1 << 62
WHOLE = "merged_into = ''"
"""As the indexes of people say it: contacts that are merged into no other."""
_WHOLE = text(WHOLE)
BLOCKED = "blocked_until > 0"
"""As the index of whom the business blocked says it."""
_BLOCKED = text(BLOCKED)
UNRESOLVED = "status <> 'resolved'"
"""As the index of the lists says it: a query that says it otherwise doesn't use the index."""
STEMS = "array_to_tsvector(string_to_array(stems, ' '))"
"""What a text is found by on PostgreSQL; SQLite has a virtual table ``search_words`` for it, kept by triggers."""
CARRIED = "status IN ('open', 'wrap_up')"
"""As the index of what operators carry says it."""
PROMISED = "callback_at IS NOT NULL"
"""As the index of callbacks says it."""
OFFERED = "offered_to <> ''"
"""As the index of what is offered says it."""
RANK = f"coalesce(waiting_since, {FAR} - updated_at)"
"""A conversation's place in a list, ascending: who waits first, the longest on top; then the latest."""


def _business() -> Column[str]:
    return Column("business_id", Text, ForeignKey("businesses.id"), nullable=False)


# --- above businesses ---

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("name", default=None),
    _instant("created_at"),
)
organizations = Table(
    "organizations",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name", default=None),
    _instant("created_at"),
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    _text("name", default=None),
    _text("password_hash"),
    _text("locale", default="en"),
    _instant("created_at"),
    _instant("disabled_at", nullable=True),
    _text("totp_secret"),
    _number("totp_step"),
    _text("recovery_codes", default="[]"),
    _text("picture"),
)
pictures = Table(
    "pictures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    _text("type", default=None),
    Column("body", LargeBinary, nullable=False),
    Index("ix_pictures_account_id", "account_id"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    _text("browser"),
    _text("address"),
    _number("seen_at"),
    Index("ix_sessions_account_id", "account_id"),
)
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    _instant("expires_at"),
)
businesses = Table(
    "businesses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text, ForeignKey("organizations.id"), nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    _text("name", default=None),
    _text("locales", default="en"),
    _text("timezone", default="UTC"),
    _text("color"),
    _text("settings", default="{}"),
    _instant("created_at"),
    _text("names", default="{}"),
    _version(),
)

presences = Table(
    "presences",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    _instant("at"),
    _text("state", default=None),
    _text("reason"),
    PrimaryKeyConstraint("account_id", "at"),
    sqlite_with_rowid=False,
)
slots = Table(
    "slots",
    metadata,
    Column("account_id", Text, primary_key=True),
    _number("idle_since"),
    _number("missed"),
)
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("session_hash", Text, ForeignKey("sessions.token_hash", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("endpoint_hash", Text, nullable=False, unique=True),
    _text("sealed", default=None),
    _text("locale", default=None),
    _instant("created_at"),
    Column("repeats", Integer, nullable=False, server_default=text("1")),
    _number("told_at"),
    Index("ix_push_subscriptions_account_id", "account_id"),
)

# --- a business ---

operators = Table(
    "operators",
    metadata,
    _business(),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    _text("role", default=None),
    _text("name", default=None),
    _instant("created_at"),
    _version(),
    _text("skills", default="[]"),
    _text("levels", default="{}"),
    Column("capacity", BigInteger, nullable=False, server_default=text("100")),
    PrimaryKeyConstraint("business_id", "account_id"),
    Index("ix_operators_account_id", "account_id"),
)
api_tokens = Table(
    "api_tokens",
    metadata,
    _business(),
    _text("id", default=None),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("role", default=None),
    _text("name", default=None),
    _instant("created_at"),
    _instant("revoked_at", nullable=True),
    _text("created_by"),
    PrimaryKeyConstraint("business_id", "id"),
)
inboxes = Table(
    "inboxes",
    metadata,
    _business(),
    Column("id", Text, nullable=False, unique=True),
    _text("channel", default=None),
    _text("name", default=None),
    _text("settings", default="{}"),
    _instant("created_at"),
    _text("secret"),
    _version(),
    PrimaryKeyConstraint("business_id", "id"),
)
bot_versions = Table(
    "bot_versions",
    metadata,
    _business(),
    _text("version", default=None),
    _text("status", default="draft"),
    _text("artifact"),
    _text("report", default="{}"),
    _instant("created_at"),
    _instant("published_at", nullable=True),
    _number("number"),
    Column("source", LargeBinary, nullable=True),
    _text("made_by"),
    _text("note"),
    PrimaryKeyConstraint("business_id", "version"),
)
bot_drafts = Table(
    "bot_drafts",
    metadata,
    _business(),
    _number("revision"),
    Column("source", LargeBinary, nullable=False),
    Column("before", LargeBinary, nullable=True),
    _text("based_on"),
    _text("changed_by"),
    _instant("changed_at"),
    PrimaryKeyConstraint("business_id"),
)
contacts = Table(
    "contacts",
    metadata,
    _business(),
    _text("id", default=None),
    _text("name"),
    _text("attributes", default="{}"),
    _text("merged_into"),
    _instant("created_at"),
    _text("knew"),
    _number("knew_at"),
    _number("approached_at"),
    _text("merge"),
    _number("blocked_until"),
    _text("block"),
    _number("refused"),
    PrimaryKeyConstraint("business_id", "id"),
    Index("ix_contacts_merged_into", "business_id", "merged_into", sqlite_where=_MERGED, postgresql_where=_MERGED),
    Index("ix_contacts_approached", "business_id", "approached_at", "id", sqlite_where=_WHOLE, postgresql_where=_WHOLE),
    Index(
        "ix_contacts_blocked", "business_id", "approached_at", "id", sqlite_where=_BLOCKED, postgresql_where=_BLOCKED
    ),
)
identities = Table(
    "identities",
    metadata,
    _business(),
    _text("id", default=None),
    _text("inbox_id", default=None),
    _text("address", default=None),
    _text("contact_id", default=None),
    _text("conversation_id"),
    _text("assurance", default="claimed"),
    _instant("created_at"),
    _text("former_address"),
    _number("blocked_until"),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(["business_id", "inbox_id"], ["inboxes.business_id", "inboxes.id"]),
    ForeignKeyConstraint(["business_id", "contact_id"], ["contacts.business_id", "contacts.id"]),
    Index("uq_identities_address", "business_id", "inbox_id", "address", unique=True),
    Index(
        "ix_identities_former_address",
        "business_id",
        "inbox_id",
        "former_address",
        sqlite_where=_FORMER,
        postgresql_where=_FORMER,
    ),
    Index("ix_identities_contact", "business_id", "contact_id"),
)
conversations = Table(
    "conversations",
    metadata,
    _business(),
    _text("id", default=None),
    _text("contact_id", default=None),
    _text("status", default=None),
    _text("owner_id"),
    _number("seq"),
    _text("head_id"),
    _number("fold_version"),
    _text("state", default=None),
    _instant("waiting_since", nullable=True),
    _instant("updated_at"),
    _text("channel"),
    _text("offered_to"),
    _instant("callback_at", nullable=True),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(["business_id", "contact_id"], ["contacts.business_id", "contacts.id"]),
    Index("ix_conversations_status", "business_id", "status", "updated_at", "id"),
    Index("ix_conversations_contact", "business_id", "contact_id"),
    Index(
        "ix_conversations_rank",
        "business_id",
        text(RANK),
        "id",
        sqlite_where=text(UNRESOLVED),
        postgresql_where=text(UNRESOLVED),
    ),
    Index(
        "ix_conversations_carried",
        "business_id",
        "owner_id",
        sqlite_where=text(CARRIED),
        postgresql_where=text(CARRIED),
    ),
    Index(
        "ix_conversations_offered",
        "business_id",
        "offered_to",
        sqlite_where=text(OFFERED),
        postgresql_where=text(OFFERED),
    ),
    Index(
        "ix_conversations_callback",
        "business_id",
        "callback_at",
        "id",
        sqlite_where=text(PROMISED),
        postgresql_where=text(PROMISED),
    ),
    sqlite_with_rowid=True,
)
events = Table(
    "events",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("conversation_id", default=None),
    Column("seq", BigInteger, nullable=False),
    _text("id", default=None),
    _instant("at"),
    _text("body", default=None),
    PrimaryKeyConstraint("business_id", "conversation_id", "seq"),
    ForeignKeyConstraint(["business_id", "conversation_id"], ["conversations.business_id", "conversations.id"]),
)
inbound_keys = Table(
    "inbound_keys",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("inbox_id", default=None),
    _text("scope", default=None),
    _text("key", default=None),
    _text("digest", default=None),
    _text("conversation_id"),
    _number("seq"),
    _instant("at"),
    PrimaryKeyConstraint("business_id", "inbox_id", "scope", "key"),
    sqlite_with_rowid=False,
)
message_refs = Table(
    "message_refs",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("identity_id", default=None),
    _text("ref", default=None),
    _text("conversation_id", default=None),
    Column("seq", BigInteger, nullable=False),
    Column("part", BigInteger, nullable=False),
    PrimaryKeyConstraint("business_id", "identity_id", "ref"),
    Index("ix_message_refs_message", "business_id", "conversation_id", "seq"),
    sqlite_with_rowid=False,
)
channel_links = Table(
    "channel_links",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("token_hash", default=None),
    _text("conversation_id", default=None),
    _text("inbox_id", default=None),
    _instant("created_at"),
    _instant("expires_at"),
    _text("kind"),
    _number("seq"),
    PrimaryKeyConstraint("business_id", "token_hash"),
    Index("ix_channel_links_conversation", "business_id", "conversation_id"),
    sqlite_with_rowid=False,
)
due = Table(
    "due",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("kind", default=None),
    _text("subject", default=None),
    _instant("due_at"),
    _number("fence"),
    _number("attempts"),
    _text("lease_by"),
    _number("lease_until"),
    _text("payload", default="{}"),
    PrimaryKeyConstraint("business_id", "kind", "subject"),
    Index("ix_due_due_at", "due_at"),
    sqlite_with_rowid=False,
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("conversation_id", default=None),
    Column("seq", BigInteger, nullable=False),
    Column("part", BigInteger, nullable=False),
    _text("inbox_id", default=None),
    _text("identity_id", default=None),
    _text("channel", default=None),
    _text("status", default="queued"),
    _number("attempts"),
    _text("provider_id"),
    _text("error"),
    _instant("at"),
    _instant("updated_at"),
    PrimaryKeyConstraint("business_id", "conversation_id", "seq", "part"),
    Index("ix_deliveries_identity", "business_id", "identity_id", "status", "at", "seq", "part"),
)
cursors = Table(
    "cursors",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("conversation_id", default=None),
    _text("participant", default=None),
    _number("delivered"),
    _number("read"),
    PrimaryKeyConstraint("business_id", "conversation_id", "participant"),
    sqlite_with_rowid=False,
)
requests = Table(
    "requests",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("conversation_id", default=None),
    Column("opened_seq", BigInteger, nullable=False),
    _instant("opened_at"),
    _text("ending"),
    _text("reason"),
    _instant("ended_at", nullable=True),
    _instant("handed_at", nullable=True),
    _number("score"),
    Column("waited", BigInteger, nullable=True),
    _text("channel"),
    _text("team"),
    _text("operator_id"),
    _text("code"),
    PrimaryKeyConstraint("business_id", "conversation_id", "opened_seq"),
    Index("ix_requests_opened_at", "business_id", "opened_at"),
    Index("ix_requests_open", "business_id", "opened_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
)
stints = Table(
    "stints",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("conversation_id", default=None),
    Column("began_seq", BigInteger, nullable=False),
    _text("account_id", default=None),
    _instant("began_at"),
    _instant("replied_at", nullable=True),
    _instant("ended_at", nullable=True),
    _text("ending"),
    _number("score"),
    PrimaryKeyConstraint("business_id", "conversation_id", "began_seq"),
    Index("ix_stints_began", "business_id", "account_id", "began_at"),
    Index("ix_stints_ended", "business_id", "account_id", "ended_at"),
)
records = Table(
    "records",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("id", default=None),
    _text("number", default=None),
    _text("form_id", default=None),
    _text("form"),
    _text("purpose"),
    _text("status"),
    _text("conversation_id", default=None),
    _text("contact_id", default=None),
    _number("seq"),
    _text("answers", default="[]"),
    _instant("created_at"),
    _text("created_by"),
    _text("created_by_name"),
    # What it is found by: its number, its form, its answers, cleaned.
    _text("words"),
    PrimaryKeyConstraint("business_id", "id"),
    Index("uq_records_number", "business_id", "number", unique=True),
    Index("ix_records_created", "business_id", "created_at", "id"),
    Index("ix_records_contact", "business_id", "contact_id", "created_at"),
    Index("ix_records_conversation", "business_id", "conversation_id"),
)
record_changes = Table(
    "record_changes",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("record_id", default=None),
    Column("seq", BigInteger, nullable=False),
    _instant("at"),
    _text("former"),
    _text("status"),
    _text("account_id"),
    _text("name"),
    PrimaryKeyConstraint("business_id", "record_id", "seq"),
)
record_numbers = Table(
    "record_numbers",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("prefix", default=None),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("business_id", "prefix"),
)
leases = Table(
    "leases",
    metadata,
    _business(),
    _text("name", default=None),
    _text("holder"),
    _number("until"),
    _number("fence"),
    PrimaryKeyConstraint("business_id", "name"),
)
files = Table(
    "files",
    metadata,
    _business(),
    _text("id", default=None),
    _text("object", default=None),
    _text("name", default=None),
    _text("type", default=None),
    _number("size"),
    _text("uploaded_by", default=None),
    _text("conversation_id"),
    _number("seq"),
    _instant("created_at"),
    PrimaryKeyConstraint("business_id", "id"),
    Index("uq_files_object", "business_id", "object", unique=True),
    Index("ix_files_conversation", "business_id", "conversation_id"),
    Index("ix_files_unattached", "created_at", sqlite_where=text("conversation_id = ''"),
          postgresql_where=text("conversation_id = ''")),
    Index("ix_files_recordings", "business_id", "created_at", sqlite_where=text("uploaded_by = 'recording'"),
          postgresql_where=text("uploaded_by = 'recording'")),
)  # fmt: skip

search_texts = Table(
    "search_texts",
    metadata,
    _business(),
    _text("conversation_id", default=None),
    Column("seq", BigInteger, nullable=False),
    _instant("at"),
    Column("doc", BigInteger, nullable=False),
    _text("stems", default=None),
    PrimaryKeyConstraint("business_id", "conversation_id", "seq"),
    Index("uq_search_texts_doc", "doc", unique=True),
    Index("ix_search_texts_stems", text(STEMS), postgresql_using="gin").ddl_if(dialect="postgresql"),
)
search_marks = Table(
    "search_marks",
    metadata,
    _business(),
    _text("conversation_id", default=None),
    _number("seq"),
    _number("epoch"),
    PrimaryKeyConstraint("business_id", "conversation_id"),
    sqlite_with_rowid=False,
)
contact_words = Table(
    "contact_words",
    metadata,
    _business(),
    # By the bytes of its letters, so that what begins alike stands together whatever the server's language.
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    _text("contact_id", default=None),
    PrimaryKeyConstraint("business_id", "word", "contact_id"),
    Index("ix_contact_words_contact", "business_id", "contact_id"),
    sqlite_with_rowid=False,
)
contact_imports = Table(
    "contact_imports",
    metadata,
    _business(),
    _text("id", default=None),
    _text("name", default=None),
    _text("status", default=None),
    _text("plan", default=None),
    _text("progress", default="{}"),
    _text("made_by", default=None),
    _text("made_by_name"),
    _instant("created_at"),
    PrimaryKeyConstraint("business_id", "id"),
)
contact_import_pages = Table(
    "contact_import_pages",
    metadata,
    _business(),
    _text("import_id", default=None),
    Column("page", BigInteger, nullable=False),
    _text("lines", default=None),
    _text("refused", default="[]"),
    PrimaryKeyConstraint("business_id", "import_id", "page"),
    sqlite_with_rowid=False,
)

conversation_labels = Table(
    "conversation_labels",
    metadata,
    Column("business_id", Text, nullable=False),
    _text("label_id", default=None),
    _text("conversation_id", default=None),
    PrimaryKeyConstraint("business_id", "label_id", "conversation_id"),
    sqlite_with_rowid=False,
)

# --- what a business sets up ---

configuration = Table(
    "configuration",
    metadata,
    _business(),
    _text("kind", default=None),
    _text("id", default=None),
    _text("name", default=None),
    _text("body", default=None),
    _text("secret"),
    Column("version", BigInteger, nullable=False),
    _instant("changed_at"),
    _text("changed_by"),
    PrimaryKeyConstraint("business_id", "kind", "id"),
    Index("uq_configuration_name", "business_id", "kind", "name", unique=True),
)
invitations = Table(
    "invitations",
    metadata,
    _business(),
    _text("id", default=None),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("email"),
    _text("role", default=None),
    _text("invited_by"),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    _text("used_by"),
    _instant("revoked_at", nullable=True),
    PrimaryKeyConstraint("business_id", "id"),
)
audit = Table(
    "audit",
    metadata,
    _business(),
    _text("id", default=None),
    _instant("at"),
    _text("actor"),
    _text("actor_name"),
    _text("action", default=None),
    _text("kind", default=None),
    _text("subject"),
    _text("name"),
    _text("changes", default="{}"),
    PrimaryKeyConstraint("business_id", "id"),
)
webhook_calls = Table(
    "webhook_calls",
    metadata,
    _business(),
    _text("id", default=None),
    _text("webhook_id", default=None),
    _text("event", default=None),
    _text("conversation_id"),
    _number("seq"),
    _text("status", default="waiting"),
    _number("attempts"),
    _text("answer"),
    _instant("created_at"),
    _instant("updated_at"),
    PrimaryKeyConstraint("business_id", "id"),
    Index("ix_webhook_calls_webhook", "business_id", "webhook_id", "id"),
)

letter_stops = Table(
    "letter_stops",
    metadata,
    _business(),
    _text("address_hash", default=None),
    _instant("stopped_at"),
    PrimaryKeyConstraint("business_id", "address_hash"),
)

# --- knowledge ---

PUBLISHED = "published = 1"
"""As the index of what customers may read says it."""
article_versions = Table(
    "article_versions",
    metadata,
    _business(),
    _text("article_id", default=None),
    _text("locale", default=None),
    Column("number", BigInteger, nullable=False),
    _text("title", default=None),
    _text("category"),
    _text("text", default=None),
    _instant("made_at"),
    _text("made_by"),
    _number("published"),
    PrimaryKeyConstraint("business_id", "article_id", "locale", "number"),
    Index("ix_article_versions_published", "business_id", "article_id", "locale", sqlite_where=text(PUBLISHED),
          postgresql_where=text(PUBLISHED)),
)  # fmt: skip
article_votes = Table(
    "article_votes",
    metadata,
    _business(),
    _text("article_id", default=None),
    _text("locale", default=None),
    _number("helped"),
    _number("unhelped"),
    PrimaryKeyConstraint("business_id", "article_id", "locale"),
)
unanswered = Table(
    "unanswered",
    metadata,
    _business(),
    _text("locale", default=None),
    _text("question", default=None),
    _number("times"),
    _instant("asked_at"),
    _text("origin"),
    PrimaryKeyConstraint("business_id", "locale", "question"),
    Index("ix_unanswered_asked", "business_id", "asked_at"),
)

# --- calls ---

sounds = Table(
    "sounds",
    metadata,
    _business(),
    _text("id", default=None),
    _text("name", default=None),
    _text("named", default=None),
    Column("former", Text, nullable=False, server_default=text("'[]'")),
    _text("locale"),
    _text("object", default=None),
    Column("size", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    _instant("created_at"),
    _text("created_by"),
    PrimaryKeyConstraint("business_id", "id"),
    Index("uq_sounds_named", "business_id", "named", unique=True),
    Index("uq_sounds_object", "object", unique=True),
)

SCOPED: frozenset[str] = frozenset(
    table.name for table in metadata.tables.values() if "business_id" in table.primary_key.columns
)
