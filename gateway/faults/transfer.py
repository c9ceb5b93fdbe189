"""What of a set-up's file can't be taken over."""

from __future__ import annotations

from gateway.faults import Kind

NOT_A_SET_UP = Kind("import_not_a_set_up", "This file isn't a business's set-up: {problem}.")
NOT_JSON = Kind("import_not_json", "This file isn't JSON. Choose one that was exported by Switchboard.")
NEWER = Kind("import_newer", "A newer Switchboard wrote this file. Upgrade this one first.")
UNKNOWN = Kind("import_unknown", "This file has {what}, which nothing here is.")
UNFIT = Kind("import_unfit", "Something among its {kind} isn't right: {problem}.")
REFUSED = Kind("import_refused", "{kind}: {name} can't be taken over ({field}). {said}")
STRANGER = Kind("import_stranger", "team {name}: {email} doesn't work for this business")
