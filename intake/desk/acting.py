"""Who acts: the agent that a person names by address, by name, or by what stands before the @."""

from collections.abc import Sequence

from intake.errors import IntakeError
from intake.store.people import LONGEST_ADDRESS, Agent
from intake.tomlfile import suggestion


def acting(known: Sequence[Agent], written: str) -> tuple[str, str]:
    """The address of the agent that was named, and what is doubtful about it.

    Somebody who is on no list acts under what was written: the history must not lose who it was. Raises `IntakeError`
    for what can stand in no history.
    """
    named = " ".join(written.split())
    if not named or not named.isprintable() or len(named) > LONGEST_ADDRESS:
        raise IntakeError(f'"{written[:40]}" names nobody; right would be ada@desk.example')
    if "@" in named:
        local, _, domain = named.rpartition("@")
        if not local or not domain or any(each in " <>,;" for each in named):
            raise IntakeError(f'"{named}" is no mail address; right would be ada@desk.example')
    found = [each.address for each in known if named.lower() in _names(each)]
    if len(found) == 1:
        return found[0], ""
    if len(found) > 1:
        raise IntakeError(f'"{named}" is more than one agent: {", ".join(sorted(found))}; name the address')
    add = named if "@" in named else "ADDRESS"
    hint = suggestion(named, [each.address for each in known])
    return named, f'"{named}" is no agent{hint or "; there is none yet"}; `intake agent add {add} --name NAME` adds one'


def _names(agent: Agent) -> tuple[str, ...]:
    return agent.address, agent.name.lower(), agent.address.rpartition("@")[0]


def must_be_address(written: str, what: str) -> None:
    """Raises `IntakeError` for what is no mail address; `what` names it."""
    local, at, domain = written.rpartition("@")
    if not (local and at and domain) or any(each.isspace() or each in "<>,;" for each in written):
        raise IntakeError(f'{what}: "{written}" is no mail address; right would be kim@hosting.example')
