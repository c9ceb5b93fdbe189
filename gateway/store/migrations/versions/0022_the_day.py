"""The operator's day: who had a conversation from when until when, and what came of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

SCOPED = ("stints",)


def upgrade() -> None:
    op.create_table('stints',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('began_seq', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('began_at', sa.BigInteger(), nullable=False),
    sa.Column('replied_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('ending', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('score', sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'began_seq', name=op.f('pk_stints'))
    )
    op.create_index('ix_stints_began', 'stints', ['business_id', 'account_id', 'began_at'], unique=False)
    op.create_index('ix_stints_ended', 'stints', ['business_id', 'account_id', 'ended_at'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )
