"""Setting up: configuration, invitations, the audit log, webhooks, second factors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

SCOPED = ("configuration", "invitations", "audit", "webhook_calls")


def upgrade() -> None:
    _columns()
    op.create_table('configuration',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_configuration_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'kind', 'id', name=op.f('pk_configuration'))
    )
    op.create_index('uq_configuration_name', 'configuration', ['business_id', 'kind', 'name'], unique=True)
    op.create_table('invitations',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('invited_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=True),
    sa.Column('used_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_invitations_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash'))
    )
    op.create_table('audit',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('actor', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('actor_name', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('name', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('changes', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_audit_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_audit'))
    )
    op.create_table('webhook_calls',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('webhook_id', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('status', sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('answer', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_webhook_calls_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_webhook_calls'))
    )
    op.create_index('ix_webhook_calls_webhook', 'webhook_calls', ['business_id', 'webhook_id', 'id'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()


def _columns() -> None:
    """Constant defaults: no row is rewritten, on either database."""
    op.add_column('accounts', sa.Column('totp_secret', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column('accounts', sa.Column('totp_step', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('accounts', sa.Column('recovery_codes', sa.Text(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('sessions', sa.Column('browser', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column('sessions', sa.Column('address', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column('sessions', sa.Column('seen_at', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('businesses', sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False))
    op.add_column('inboxes', sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False))
    op.add_column('operators', sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False))
    op.add_column('operators', sa.Column('skills', sa.Text(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('requests', sa.Column('handed_at', sa.BigInteger(), nullable=True))
    op.add_column('requests', sa.Column('score', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('api_tokens', sa.Column('created_by', sa.Text(), server_default=sa.text("''"), nullable=False))


def _postgresql() -> None:
    """Row-level security as of the other tables of a business (0001), and the look-up of an invitation by its token."""
    for table in SCOPED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_business ON {table} USING ("
            " business_id = current_setting('switchboard.business', true)"
            " OR current_setting('switchboard.across', true) = 'on')"
        )
    op.execute("""
CREATE FUNCTION switchboard_invitation(hash text) RETURNS TABLE (business_id text, id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT i.business_id, i.id FROM invitations i WHERE i.token_hash = hash;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
""")
