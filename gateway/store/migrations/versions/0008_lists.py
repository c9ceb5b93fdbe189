"""Lists in the order of those who wait"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

UNRESOLVED = "status <> 'resolved'"
RANK = "coalesce(waiting_since, 4611686018427387904 - updated_at)"


def upgrade() -> None:
    op.create_index(
        'ix_conversations_rank', 'conversations', ['business_id', sa.text(RANK), 'id'], unique=False,
        sqlite_where=sa.text(UNRESOLVED), postgresql_where=sa.text(UNRESOLVED),
    )
