"""Web Push: browsers to be told while the console is closed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('push_subscriptions',
    sa.Column('session_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Text(), nullable=False),
    sa.Column('endpoint_hash', sa.Text(), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_push_subscriptions_account_id')),
    sa.ForeignKeyConstraint(
        ['session_hash'], ['sessions.token_hash'], name=op.f('fk_push_subscriptions_session_hash'), ondelete='CASCADE'
    ),
    sa.PrimaryKeyConstraint('session_hash', name=op.f('pk_push_subscriptions')),
    sa.UniqueConstraint('endpoint_hash', name=op.f('uq_push_subscriptions_endpoint_hash'))
    )
    op.create_index('ix_push_subscriptions_account_id', 'push_subscriptions', ['account_id'], unique=False)
