"""An invitation as text (RFC 5545, RFC 5546). It is shown, never accepted (THREATS 45)."""

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r'([A-Z-]{3,40})((?:;[^:"\n]*(?:"[^"\n]*"[^:"\n]*)*)?):(.*)')
_ESCAPE = re.compile(r"\\([nN,;\\])")
ANSWERED = "Answer to an invitation"
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled invitation", "REPLY": ANSWERED}
_SHOWN = {"DTSTART": "Start", "DTEND": "End", "LOCATION": "Place", "ORGANIZER": "Organizer"}
_LONGEST = 100_000


def invitation_text(ics: str) -> str:
    """What it is, when and where, and its description, as a few lines; empty where no event stands in it."""
    found: dict[str, tuple[str, str]] = {}
    inside = method = ""
    for line in _FOLD.sub("", ics[:_LONGEST]).split("\n"):
        match = _LINE.fullmatch(line.rstrip())
        if not match:
            continue
        name, more, value = match.groups()
        if name == "BEGIN":
            inside = value.upper() if not found else "another"
        elif name == "METHOD" and not method:
            method = value.upper()
        elif inside in {"VEVENT", "VTODO"}:
            found.setdefault(name, (more, _ESCAPE.sub(_plain, value)))
    if not found:
        return ""
    head = f"{_METHODS.get(method, 'Calendar entry')}: {found.get('SUMMARY', ('', ''))[1]}".rstrip(": ")
    lines = [head, *(f"{label}: {_shown(*found[name])}" for name, label in _SHOWN.items() if name in found)]
    description = found.get("DESCRIPTION", ("", ""))[1]
    return "\n".join(lines) + (f"\n\n{description}" if description.strip() else "")


def _plain(match: re.Match[str]) -> str:
    return "\n" if match.group(1) in "nN" else match.group(1)


def _shown(more: str, value: str) -> str:
    value = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    zone = re.search(r';TZID="?([^;:"]+)', more)
    instant = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?", value)
    if not instant:
        return value
    day = "-".join(instant.group(1, 2, 3))
    time = f" {instant[4]}:{instant[5]}" if instant[4] else ""
    return day + time + (" UTC" if instant[6] else f" ({zone[1]})" if zone else "")
