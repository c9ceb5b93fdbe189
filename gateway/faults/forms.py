"""What isn't right with a form that is being set up, or with what is written into one."""

from __future__ import annotations

from gateway.faults import Kind

SAME_NAME = Kind("form_same_name", "“{name}” is there twice. Give each step and each field a name of its own.")
NO_CHOICES = Kind("form_no_choices", "“{name}” needs at least two different choices.")
BOUNDS = Kind("form_bounds", "The least of “{name}” is more than its most.")
BACKWARDS = Kind("form_backwards", "From “{name}” a branch can only lead to a later step, or to the end.")
NO_QUESTION = Kind("form_no_question", "A branch of “{name}” asks for a field that this step doesn't have.")
NO_ANSWER = Kind("form_no_answer", "A branch of “{name}” asks for an answer that its field can't have.")
DEAD_STEP = Kind("form_dead_step", "Nothing leads to “{name}”. Take the step out, or let a branch lead there.")
STATUSES = Kind("form_statuses", "Each status is there once.")
MISSING = Kind("form_missing", "“{name}” is needed.")
UNFIT = Kind("form_unfit", "This doesn't fit “{name}”.")
NUMBER = Kind("form_number", "“{name}” is a number, like 3 or 2.5.")
LEAST = Kind("form_least", "“{name}” is at least {limit}.")
MOST = Kind("form_most", "“{name}” is at most {limit}.")
DATE = Kind("form_date", "“{name}” is a day that there is, like 2026-03-31.")
LONG = Kind("form_long", "“{name}” has at most {limit} characters.")
REMOVED = Kind("form_removed", "This form was removed meanwhile. Choose another one.")
CHANGED = Kind("form_changed", "This form was changed meanwhile. Look through your answers, then save again.")
NEEDED = Kind("form_needed", "For this wrap-up code the form “{name}” must be filled in first.")
NO_RECORD = Kind("record_none", "There is no such record.")
NO_STATUS = Kind("record_no_status", "Records of this form have no such status.")
STATUS_CHANGED = Kind("record_changed", "Somebody has set this record to “{status}” meanwhile.")
