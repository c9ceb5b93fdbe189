"""Web Push: whether a browser is told again, and when it was told last"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('push_subscriptions', sa.Column('repeats', sa.Integer(), server_default=sa.text('1'), nullable=False))
    op.add_column(
        'push_subscriptions', sa.Column('told_at', sa.BigInteger(), server_default=sa.text('0'), nullable=False)
    )
