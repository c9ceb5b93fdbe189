"""Why a browser isn't told while the console is closed."""

from __future__ import annotations

from gateway.faults import Kind

OFF = Kind("push_off", "This browser isn't told anything yet. Turn it on first.")
GONE = Kind("push_gone", "This browser's push service doesn't know it any more. Turn it on again.")
REFUSED = Kind("push_refused", "The push service of this browser didn't take it: {said}. Try again.")
INSIDE = Kind("push_inside", "The push service of this browser is inside a network, where nothing is sent.")
NO_ANSWER = Kind("push_no_answer", "The push service of this browser gave no answer in time. Try again.")
BROWSERS = Kind("push_browsers", "{limit} browsers of yours are told already. Sign one of them out first.")
