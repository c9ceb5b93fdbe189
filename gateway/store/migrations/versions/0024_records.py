"""Records: what was written into forms, numbered, with their statuses"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

SCOPED = ("records", "record_changes", "record_numbers")


def upgrade() -> None:
    op.create_table('records',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('form_id', sa.Text(), nullable=False),
    _words('form'),
    _words('purpose'),
    _words('status'),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    sa.Column('answers', sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    _words('created_by'),
    _words('created_by_name'),
    _words('words'),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_records'))
    )
    op.create_index('uq_records_number', 'records', ['business_id', 'number'], unique=True)
    op.create_index('ix_records_created', 'records', ['business_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_records_contact', 'records', ['business_id', 'contact_id', 'created_at'], unique=False)
    op.create_index('ix_records_conversation', 'records', ['business_id', 'conversation_id'], unique=False)
    op.create_table('record_changes',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    _words('former'),
    _words('status'),
    _words('account_id'),
    _words('name'),
    sa.PrimaryKeyConstraint('business_id', 'record_id', 'seq', name=op.f('pk_record_changes'))
    )
    op.create_table('record_numbers',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'prefix', name=op.f('pk_record_numbers'))
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
