"""How long the customer of a request waited for a person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('requests', sa.Column('waited', sa.BigInteger(), nullable=True))
