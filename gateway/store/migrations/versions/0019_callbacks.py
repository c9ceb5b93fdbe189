"""Callbacks by when they are due; of each request its channel, its team, who ended it and with which code"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

PROMISED = "callback_at IS NOT NULL"
OPEN = "ending = ''"


def upgrade() -> None:
    op.add_column('conversations', sa.Column('callback_at', sa.BigInteger(), nullable=True))
    op.create_index('ix_conversations_callback', 'conversations', ['business_id', 'callback_at', 'id'], unique=False,
                    sqlite_where=sa.text(PROMISED), postgresql_where=sa.text(PROMISED))
    for name in ('channel', 'team', 'operator_id', 'code'):
        op.add_column('requests', sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index('ix_requests_open', 'requests', ['business_id', 'opened_at'], unique=False,
                    sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("SELECT set_config('switchboard.across', 'on', true)")
    op.execute(
        "UPDATE requests SET channel = coalesce((SELECT c.channel FROM conversations c"
        " WHERE c.business_id = requests.business_id AND c.id = requests.conversation_id), '')"
    )
    if postgresql:
        op.execute("SELECT set_config('switchboard.across', 'off', true)")
