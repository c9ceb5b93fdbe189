"""Contacts: when they approached last, who is blocked, how a merge is undone; tables of contacts that are brought in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

SCOPED = ("contact_imports", "contact_import_pages")
WHOLE = "merged_into = ''"
BLOCKED = "blocked_until > 0"
APPROACHED = (
    "UPDATE contacts SET approached_at = coalesce((SELECT max(v.updated_at) FROM conversations v"
    " WHERE v.business_id = contacts.business_id AND v.contact_id = contacts.id), 0)"
)


def upgrade() -> None:
    op.add_column('contacts', _number('approached_at'))
    op.add_column('contacts', _words('merge'))
    op.add_column('contacts', _number('blocked_until'))
    op.add_column('contacts', _words('block'))
    op.add_column('contacts', _number('refused'))
    op.add_column('identities', _number('blocked_until'))
    op.create_table('contact_imports',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('progress', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    _words('made_by_name'),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_contact_imports_business_id_businesses')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_contact_imports'))
    )
    op.create_table('contact_import_pages',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('import_id', sa.Text(), nullable=False),
    sa.Column('page', sa.BigInteger(), nullable=False),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.Column('refused', sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'],
                            name=op.f('fk_contact_import_pages_business_id_businesses')),
    sa.PrimaryKeyConstraint('business_id', 'import_id', 'page', name=op.f('pk_contact_import_pages')),
    sqlite_with_rowid=False
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("SELECT set_config('switchboard.across', 'on', true)")
    op.execute(APPROACHED)
    if postgresql:
        op.execute("SELECT set_config('switchboard.across', 'off', true)")
    op.create_index('ix_contacts_approached', 'contacts', ['business_id', 'approached_at', 'id'], unique=False,
                    sqlite_where=sa.text(WHOLE), postgresql_where=sa.text(WHOLE))
    op.create_index('ix_contacts_blocked', 'contacts', ['business_id', 'approached_at', 'id'], unique=False,
                    sqlite_where=sa.text(BLOCKED), postgresql_where=sa.text(BLOCKED))
    if postgresql:
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


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
