"""The core"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('locale', sa.Text(), server_default=sa.text("'en'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('disabled_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('email', name=op.f('uq_accounts_email'))
    )
    op.create_table('cursors',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('participant', sa.Text(), nullable=False),
    sa.Column('delivered', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('read', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'participant', name=op.f('pk_cursors')),
    sqlite_with_rowid=False
    )
    op.create_table('deliveries',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('part', sa.BigInteger(), nullable=False),
    sa.Column('inbox_id', sa.Text(), nullable=False),
    sa.Column('identity_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), server_default=sa.text("'queued'"), nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('provider_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('error', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'seq', 'part', name=op.f('pk_deliveries'))
    )
    op.create_index('ix_deliveries_identity', 'deliveries', ['business_id', 'identity_id', 'status', 'at', 'seq', 'part'], unique=False)

    op.create_table('due',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('fence', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('lease_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('lease_until', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('payload', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'kind', 'subject', name=op.f('pk_due')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_due_due_at', 'due', ['due_at'], unique=False)

    op.create_table('inbound_keys',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('inbox_id', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'inbox_id', 'scope', 'key', name=op.f('pk_inbound_keys')),
    sqlite_with_rowid=False
    )

    op.create_table('installation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    op.create_table('organizations',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organizations'))
    )
    op.create_table('requests',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('opened_seq', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('ending', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'opened_seq', name=op.f('pk_requests'))
    )
    op.create_index('ix_requests_opened_at', 'requests', ['business_id', 'opened_at'], unique=False)

    op.create_table('businesses',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('organization_id', sa.Text(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('locales', sa.Text(), server_default=sa.text("'en'"), nullable=False),
    sa.Column('timezone', sa.Text(), server_default=sa.text("'UTC'"), nullable=False),
    sa.Column('color', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('settings', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_businesses_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_businesses')),
    sa.UniqueConstraint('slug', name=op.f('uq_businesses_slug'))
    )
    op.create_table('sessions',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sessions_account_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    op.create_index('ix_sessions_account_id', 'sessions', ['account_id'], unique=False)

    op.create_table('sign_in_links',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_in_links_account_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sign_in_links'))
    )
    op.create_table('api_tokens',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_api_tokens_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    op.create_table('bot_versions',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), server_default=sa.text("'draft'"), nullable=False),
    sa.Column('artifact', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('report', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('published_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_bot_versions_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'version', name=op.f('pk_bot_versions'))
    )
    op.create_table('contacts',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('attributes', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('merged_into', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_contacts_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_contacts'))
    )
    op.create_table('inboxes',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('settings', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_inboxes_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_inboxes')),
    sa.UniqueConstraint('id', name=op.f('uq_inboxes_id'))
    )
    op.create_table('leases',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('until', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('fence', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_leases_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'name', name=op.f('pk_leases'))
    )
    op.create_table('operators',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_operators_account_id')),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_operators_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'account_id', name=op.f('pk_operators'))
    )
    op.create_index('ix_operators_account_id', 'operators', ['account_id'], unique=False)

    op.create_table('conversations',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('head_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('fold_version', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('waiting_since', sa.BigInteger(), nullable=True),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id', 'contact_id'], ['contacts.business_id', 'contacts.id'], name=op.f('fk_conversations_business_id_contact_id')),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_conversations_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_conversations')),
    sqlite_with_rowid=True
    )
    op.create_index('ix_conversations_contact', 'conversations', ['business_id', 'contact_id'], unique=False)
    op.create_index('ix_conversations_status', 'conversations', ['business_id', 'status', 'updated_at', 'id'], unique=False)

    op.create_table('identities',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('inbox_id', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('assurance', sa.Text(), server_default=sa.text("'claimed'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id', 'contact_id'], ['contacts.business_id', 'contacts.id'], name=op.f('fk_identities_business_id_contact_id')),
    sa.ForeignKeyConstraint(['business_id', 'inbox_id'], ['inboxes.business_id', 'inboxes.id'], name=op.f('fk_identities_business_id_inbox_id')),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_identities_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_identities'))
    )
    op.create_index('ix_identities_contact', 'identities', ['business_id', 'contact_id'], unique=False)
    op.create_index('uq_identities_address', 'identities', ['business_id', 'inbox_id', 'address'], unique=True)

    op.create_table('events',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['business_id', 'conversation_id'], ['conversations.business_id', 'conversations.id'], name=op.f('fk_events_business_id_conversation_id')),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'seq', name=op.f('pk_events')),
    sqlite_with_rowid=False
    )
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()


# What looks across businesses goes through these, and each returns ids or one row, no more. The setting
# switchboard.across is on only inside them (a function's own SET clause would do it, but needs a superuser).
FUNCTIONS = {
    "switchboard_claimable(now bigint, most bigint)": (
        "TABLE (business_id text, kind text, subject text)",
        "SELECT d.business_id, d.kind, d.subject FROM due d WHERE d.due_at <= now AND d.lease_until <= now"
        " ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED",
    ),
    "switchboard_next_due()": ("SETOF bigint", "SELECT min(greatest(d.due_at, d.lease_until)) FROM due d"),
    "switchboard_holds(node text)": (
        "TABLE (business_id text)",
        "SELECT DISTINCT d.business_id FROM due d WHERE d.lease_by = node",
    ),
    "switchboard_memberships(account text)": (
        "TABLE (business_id text, account_id text, role text, name text)",
        "SELECT o.business_id, o.account_id, o.role, o.name FROM operators o WHERE o.account_id = account LIMIT 1000",
    ),
    "switchboard_inbox(inbox text)": (
        "TABLE (business_id text, id text, channel text, name text, settings text)",
        "SELECT i.business_id, i.id, i.channel, i.name, i.settings FROM inboxes i WHERE i.id = inbox",
    ),
    "switchboard_caller(hash text)": (
        "TABLE (business_id text, id text, role text, name text)",
        "SELECT t.business_id, t.id, t.role, t.name FROM api_tokens t"
        " WHERE t.token_hash = hash AND t.revoked_at IS NULL",
    ),
    "switchboard_forget_keys(before bigint)": (
        "SETOF bigint",
        "WITH gone AS (DELETE FROM inbound_keys k WHERE k.at < before RETURNING 1) SELECT count(*) FROM gone",
    ),
}
FUNCTION = """
CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY {query};
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""
SCOPED = (
    "operators", "api_tokens", "inboxes", "bot_versions", "contacts", "identities", "conversations", "events",
    "inbound_keys", "due", "deliveries", "cursors", "requests", "leases",
)  # fmt: skip


def _postgresql() -> None:
    """Row-level security: a unit sees the business that it was opened for, and nothing else."""
    for table in SCOPED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_business ON {table} USING ("
            " business_id = current_setting('switchboard.business', true)"
            " OR current_setting('switchboard.across', true) = 'on')"
        )
    for signature, (returns, query) in FUNCTIONS.items():
        op.execute(FUNCTION.format(signature=signature, returns=returns, query=query))
