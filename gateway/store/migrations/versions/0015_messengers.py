"""Messengers: which of their messages are which of ours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

SCOPED = ("message_refs",)
INBOXES_OF = """
CREATE FUNCTION switchboard_inboxes_of(wanted text) RETURNS TABLE (business_id text, id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT i.business_id, i.id FROM inboxes i WHERE i.channel = wanted ORDER BY i.id;
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
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE message_refs ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE message_refs FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY one_business ON message_refs USING ("
            " business_id = current_setting('switchboard.business', true)"
            " OR current_setting('switchboard.across', true) = 'on')"
        )
        op.execute(INBOXES_OF)
