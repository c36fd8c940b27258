"""The names that each template may use, as sample values: the single source of which variables there are.

All values are strings unless they are lists (of strings, or of dicts of strings). A value that does not apply is
"" or an empty list. Instants are already written out in the reader's zone, with the zone's name. Values hold no
Markdown and no HTML: they are inserted after conversion.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.core.answer.wording import instant

Values = Mapping[str, Any]

SAMPLE_LINK = "https://desk.example/cases/OX-1042"

ZONE = "Europe/Berlin"
_INSTANTS: dict[str, datetime] = {}


def _at(day: int, time: str, month: int = 11) -> str:
    """An instant of 2026 as letters write it in English, known to `sample`."""
    at = datetime.fromisoformat(f"2026-{month:02}-{day:02}T{time}").replace(tzinfo=ZoneInfo(ZONE))
    written = instant(at, ZONE, "en")
    _INSTANTS[written] = at
    return written


_ANY: Values = {
    "desk": {"name": "Example Support", "address": "support@desk.example", "phone": "+1 555 0100"},
    "reader": {"name": "Kim Sample", "address": "kim@hosting.example", "zone": "Europe/Berlin"},
}
_CASE: Values = {
    "case": {
        "reference": "OX-1042",
        "subject": "Mail module shows an empty list",
        "severity": "2",
        "severity_title": "Severe",
        "severity_definition": "Major functionality is severely impaired.",
        "wished_severity": "1",
        "state": "open",
        "policy_title": "Example Support Policy",
        "plan": "premium",
        "marks": ["triage"],
        "opened": _at(23, "09:12"),
        "contact_name": "Kim Sample",
        "contact_address": "kim@hosting.example",
        "customer_name": "Example Hosting",
        "url": SAMPLE_LINK,
    },
    "because": [{"clause": "OX-5", "text": "one of several servers does not operate correctly, others serve on"}],
    "response": {
        "due": _at(23, "13:00"),
        "aim": _at(23, "11:00"),
        "target": "4 business hours",
        "missed": "missed",
        "given": _at(23, "12:20"),
        "absent_because": "your agreement names no response time for this severity",
    },
    "promises": [
        {
            "kind": "resolution",
            "target": "1 business day",
            "due": _at(24, "13:00"),
            "missed": "missed",
        }
    ],
}

_MISSING: Values = {
    "missing": [
        {"label": "Server Version", "problem": "missing", "written": "", "allowed": []},
        {"label": "Distribution", "problem": "not on the list", "written": "MyLinux 3", "allowed": ["Debian", "RHEL"]},
        {"label": "Track-ID", "problem": "not on the list", "written": "n/a", "allowed": []},
    ],
    "form": "Server Version: \nDistribution: \nTrack-ID: \n",
}
_INFORMATION: Values = {
    "information": {
        "due": _at(7, "09:12", 12),
        "because": "What is missing may delay the case.",
    }
}
_CONTRACT: Values = {"contract": {"policy_title": "Other Support Policy", "address": "other@desk.example"}}
_FOLLOWS: Values = {"follows": {"reference": "OX-1007"}}
_ESCALATION: Values = {
    "escalation": {
        "level": "2",
        "due": _at(23, "15:00"),
        "from": _at(23, "13:00"),
        "missed": "missed",
        "because": "An escalation may be asked for once the response time is over.",
    }
}
_MESSAGE: Values = {
    "message": {
        "from": "Kim Sample <kim@hosting.example>",
        "excerpt": "Since this morning the list is empty.\nRestarting did not help.",
    }
}
_CLOCK: Values = {
    "clock": {
        "kind": "response",
        "target": "4 business hours",
        "due": _at(23, "13:00"),
        "aim": _at(23, "11:00"),
        "overdue_by": "25 minutes",
        "step": "1",
        "because": [{"clause": "OX-4", "text": "response times come from the customer's agreement"}],
    }
}

_LADDER: Values = {
    "ladder": {
        "step": "2",
        "of": "4",
        "since": _at(23, "14:00"),
        "because": "ada@desk.example escalated the case by hand: they rang twice",
    },
    "told": [
        {
            "who": "lead@desk.example",
            "kind": "desk-escalated",
            "step": "1",
            "when": _at(23, "13:30"),
            "clock": "response",
            "due": _at(23, "13:00"),
        }
    ],
}
_HAVE_IT: Values = {
    "have_it": {"url": "mailto:support@desk.example?subject=%5BOX-1042%5D%20I%20have%20it&body=%2Fhave-it"}
}
_DIGEST: Values = {
    "count": "12",
    "more": "2",
    "items": [
        {
            "reference": "OX-1042",
            "subject": "Mail module shows an empty list",
            "severity": "2",
            "severity_title": "Severe",
            "state": "open",
            "customer_name": "Example Hosting",
            "contact_address": "kim@hosting.example",
            "next_due": _at(23, "13:00"),
            "next_kind": "response",
            "missing": "Server Version, Distribution",
            "url": SAMPLE_LINK,
            "have_it": _HAVE_IT["have_it"]["url"],
            "answer": "mailto:support@desk.example?subject=%5BOX-1042%5D%20Mail%20module",
            "begins": "begins",
            "ends": "ends",
            "kind": "desk-missed",
            "text": "the response target was missed",
            "excerpt": "Since this morning the list is empty.",
            "clock": "response",
            "target": "4 business hours",
            "due": _at(23, "13:00"),
            "overdue_by": "25 minutes",
            "step": "1",
            "since": _at(23, "13:00"),
        }
    ],
}

CASELESS = frozenset({"desk-parked", "desk-broken-file", "desk-digest", "desk-which-case"})
SAMPLES: Mapping[str, Values] = {
    name: {**_ANY, **(_CASE if name not in CASELESS else {}), **extra}
    for name, extra in {
        "acknowledgment": _FOLLOWS,
        "missing-information": {**_MISSING, **_INFORMATION, **_FOLLOWS},
        "not-entitled": {**_MISSING, **_INFORMATION, **_CONTRACT, **_FOLLOWS},
        "unverified": {**_MISSING, **_INFORMATION, **_FOLLOWS},
        "escalated": _ESCALATION,
        "escalation-early": _ESCALATION,
        "escalation-top": _ESCALATION,
        "resolved": {
            "offers": ["You may ask for an analysis of the cause."],
            "resolved": {"text": "A patch is in place."},
        },
        "severity-wish": {
            "wish": {
                "refused": "refused",
                "because": [{"clause": "OX-5", "text": "one of several servers does not operate correctly"}],
            }
        },
        "severity-set": {**_MISSING, "wish": {"decided": "decided"}},
        "reminder": {**_MISSING, **_INFORMATION, "reminder": {"number": "1"}},
        "closed-for-silence": {},
        "closing-asked": {},
        "reply": {"reply": {"text": "Hello Kim,\n\nplease restart the service.", "agent_name": "Robin Sample"}},
        "too-big": {"mail": {"subject": "Logs of the mail server", "size": "60 MB", "limit": "25 MB"}, **_FOLLOWS},
        "digest": {
            "cases": [
                {
                    "reference": "OX-1043",
                    "subject": "Calendar does not load",
                    "due": _at(24, "11:00"),
                },
                {"reference": "OX-1044", "subject": "Contacts missing", "due": ""},
            ]
        },
        "desk-digest": _DIGEST,
        "desk-which-case": {
            "which": {
                "because": "it carries no token: answer a notice by replying to it",
                "more": "12",
                "cases": [
                    {
                        "reference": "OX-1042",
                        "subject": "Mail module shows an empty list",
                        "answer": "mailto:support@desk.example?subject=%5BOX-1042%5D%20Mail%20module",
                        "have_it": _HAVE_IT["have_it"]["url"],
                    }
                ],
            }
        },
        "desk-new-case": {
            **_MISSING,
            **_MESSAGE,
            **_HAVE_IT,
            "marks": ["missing-information", "unverified"],
            "alert": {"text": "OX-1042 follows OX-1007, which was closed too long ago to be reopened."},
        },
        "desk-assigned": {"alert": {"text": "ada@desk.example assigned this case to you"}, **_HAVE_IT},
        "desk-due-soon": {**_CLOCK, **_HAVE_IT},
        "desk-missed": {**_CLOCK, **_HAVE_IT},
        "desk-escalated": {**_CLOCK, **_LADDER, **_HAVE_IT},
        "desk-parked": {
            "mail": {
                "from": "kim@hosting.example",
                "subject": "Mail module",
                "id": "17",
                "reason": "more than 50 levels of nested parts",
            }
        },
        "desk-broken-file": {
            "files": [{"place": "templates/en/acknowledgment.md:4", "text": "there is no case.refrence"}],
        },
        "desk-undeliverable": {"alert": {"text": "mail to kim@hosting.example came back for good"}},
        "desk-reply": {"alert": {"text": "kim@hosting.example writes"}, **_MESSAGE},
        "desk-receipt": {
            "receipt": {
                "heading": "Sent to kim@hosting.example; done: /severity 2",
                "to": "kim@hosting.example",
                "text": "Hello Kim,\n\nplease restart the service.",
                "because": "it is a note, as /note says",
                "note": "They rang twice.",
                "as_words": "/close",
                "enclosed": ["settings.png"],
                "files": ["trace.log (more than 15 MB in all)"],
                "letters_to": "kim@hosting.example",
                "letters": [
                    {
                        "name": "the letter that the case is resolved",
                        "to": "kim@hosting.example",
                        "subject": "[OX-1001] Resolved: The inbox stays empty",
                        "text": "Hello Kim,\n\nwe regard your case as resolved.",
                        "because": "the case had this kind of letter already",
                    }
                ],
            },
            "commands": [{"written": "/severity 2 because it is slow", "done": "yes", "text": "Severity 3 becomes 2"}],
            "help": [{"form": "/note", "about": "the whole mail is a note"}],
        },
        "desk-alert": {"alert": {"text": "The customer wishes severity 1.\nThe case starts at 4."}, **_MESSAGE},
    }.items()
}


def sample(name: str, language: str) -> Values:
    """The sample values of a template, with instants written as letters in that language have them."""
    values: Values = _said(SAMPLES[name], language)
    return values


def _said(value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _said(each, language) for name, each in value.items()}
    if isinstance(value, list):
        return [_said(each, language) for each in value]
    return instant(_INSTANTS[value], ZONE, language) if value in _INSTANTS else value


def emptied(values: Any) -> Any:
    """The same names with nothing in them, as when no value applies."""
    if isinstance(values, Mapping):
        return {name: emptied(value) for name, value in values.items()}
    return [] if isinstance(values, list) else ""
