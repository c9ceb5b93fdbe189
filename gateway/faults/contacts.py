"""What is wrong with a table of contacts that is to be brought in."""

from __future__ import annotations

from gateway.faults import Kind

NO_TABLE = Kind("contacts_no_table", "This isn't a table. Save it as CSV, with one contact in each line.")
NO_ROWS = Kind(
    "contacts_no_rows", "There is nothing to bring in: the first line names the columns, each further one is a contact."
)
BROKEN = Kind("contacts_broken", "Line {line} can't be read: a quotation mark isn't closed, perhaps.")
ROWS = Kind("contacts_rows", "A table has at most {limit} contacts. Bring it in in parts.")
COLUMNS = Kind("contacts_columns", "A table has at most {limit} columns. Leave out what you don't need.")
COLUMN_TWICE = Kind("contacts_column_twice", "Two columns are to be the same field. Choose one of them.")
NO_COLUMN = Kind("contacts_no_column", "Choose what at least one of the columns holds.")
RUNNING = Kind("contacts_import_running", "Another table is being brought in. Wait until it is done.")
STARTED = Kind("contacts_import_started", "This table has been brought in already.")
