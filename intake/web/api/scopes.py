"""What a token may be good for: one table of scopes, each within a right of its owner's role."""

from collections.abc import Iterable, Mapping

from intake.errors import IntakeError
from intake.tomlfile import suggestion
from intake.web.rights import Right, rights_of

SCOPES: Mapping[str, Right] = {
    "cases:read": "read",
    "cases:write": "work",
    "customers:read": "read",
    "mail:read": "read",
    "mail:write": "work",
    "policies:read": "read",
}
MEANING: Mapping[str, str] = {
    "cases:read": "list and show cases",
    "cases:write": "open cases, reply, note, and act on them",
    "customers:read": "list and show customers",
    "mail:read": "the ledger, mails that need a person, and outgoing mails",
    "mail:write": "decide mails again, call them spam; try outgoing mails again, withhold and release them",
    "policies:read": "explain mails and reckon due times",
}


def allowed(scopes: Iterable[str], role: str | None) -> frozenset[str]:
    """Those of a token's scopes that its owner's role has the right for now."""
    rights = rights_of(role)
    return frozenset(scope for scope in scopes if SCOPES.get(scope) in rights)


def checked(wanted: Iterable[str], role: str | None) -> tuple[str, ...]:
    """The scopes of a new token, each once. Raises `IntakeError` for unknown ones, none, and what the role may not."""
    scopes = tuple(dict.fromkeys(wanted))
    for scope in scopes:
        if scope not in SCOPES:
            known = ", ".join(SCOPES)
            raise IntakeError(f'no scope is named "{scope}"{suggestion(scope, list(SCOPES))}; known are {known}')
        if scope not in allowed(scopes, role):
            raise IntakeError(f"{scope}: the role {role or 'of nobody'} may not do that, and a token may do no more")
    if not scopes:
        raise IntakeError(f"a token needs a scope; known are {', '.join(SCOPES)}")
    return scopes
