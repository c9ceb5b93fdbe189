"""Messengers: which of their messages are which of ours, and links from one channel into another"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

SCOPED = ("message_refs", "channel_links")
INBOXES_OF = """
CREATE FUNCTION switchboard_inboxes_of(wanted text) RETURNS TABLE (business_id text, id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT i.business_id, i.id FROM inboxes i WHERE i.channel = wanted ORDER BY i.id;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""
FORGET_LINKS = """
CREATE FUNCTION switchboard_forget_links(before bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY WITH gone AS (DELETE FROM channel_links l WHERE l.expires_at < before RETURNING 1)
    SELECT count(*) FROM gone;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""


def upgrade() -> None:
    op.create_table('message_refs',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('identity_id', sa.Text(), nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('part', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'identity_id', 'ref', name=op.f('pk_message_refs')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_message_refs_message', 'message_refs', ['business_id', 'conversation_id', 'seq'], unique=False)
    op.create_table('channel_links',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('inbox_id', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'token_hash', name=op.f('pk_channel_links')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_channel_links_conversation', 'channel_links', ['business_id', 'conversation_id'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )
        op.execute(INBOXES_OF)
        op.execute(FORGET_LINKS)
