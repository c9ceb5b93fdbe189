"""Records are found by words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('records', sa.Column('words', sa.Text(), server_default=sa.text("''"), nullable=False))
