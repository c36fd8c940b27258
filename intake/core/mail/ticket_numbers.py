"""Numbers that other people's ticket systems put into a subject, so that they know an answer again."""

import re

_MOST = 5
_LONGEST_SUBJECT = 1_000
_WORDS = (
    r"ticket|case|incident|request|sr|issue|call|vorgang|vorgangsnummer|fall|anfrage|auftrag|störung|dossier|demande"
    r"|incidencia|caso|solicitud|richiesta|zaak|melding|chamado|pedido|zgłoszenie|ärende|sag|sak"
)
# As they are written, so that quoting one back serves the system that made it.
_FORMS = (
    r"\[\s?ref:[\w.!]{5,60}:ref\s?\]|\bref:[\w.!]{5,60}:ref\b",  # Salesforce
    r"##(?:[A-Za-z]{1,6}-)?\d{2,12}##",
    rf"\[(?:{_WORDS})\W{{0,2}}(?:id|no|nr|number|nummer)?\W{{0,3}}[A-Za-z]{{0,6}}-?\d{{2,20}}\]",
    rf"\b(?:{_WORDS})[ -]?#[A-Za-z]{{0,6}}-?\d{{2,20}}\b",  # OTRS, and most others
    r"\[[A-Za-z0-9][\w. -]{0,40} ?#\d{2,12}\]|\[#\d{2,12}\]",  # Request Tracker
    r"\[[A-Z][A-Z0-9_]{0,11}-\d{1,12}\]|\([A-Z][A-Z0-9_]{1,11}-\d{1,12}\)",  # Jira and its like
    r"\b(?:INC|REQ|RITM|SCTASK|CHG|PRB|CS|TASK)\d{5,12}\b",  # ServiceNow
    rf"\b(?:{_WORDS})[ -]?(?:id|no\.?|nr\.?|number|nummer)?\s?[:.]?\s?[A-Za-z]{{0,4}}-?\d{{4,20}}\b",
)
_NUMBER = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)
_PREFIX = re.compile(r"\s*(?:\w{1,9}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]|\[[^\]]{0,60}\])\s*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEWEST_DIGITS = 4
_UPPER = re.compile(r"[(\[][A-Za-z][A-Za-z0-9_]{0,11}-\d{1,12}[)\]]|[A-Za-z]{2,6}\d{5,12}")


def ticket_numbers(subject: str) -> tuple[str, ...]:
    """Ticket numbers in a subject as they are written there, brackets included, in their order; at most five.

    Ours look the same: who uses these leaves out what names a case of ours. `[PARTNER-4711]`, `##RE-1234##`,
    `Ticket#2026110210000012`, `INC0012345`, `[desk.example #4711]`, `ref:_00D20abc._50020xyz:ref`, `Vorgang 123456`.
    """
    found = (match[0].strip() for match in _NUMBER.finditer(subject[:_LONGEST_SUBJECT]))
    # where letters and figures alone make the number, small letters make it a word
    return tuple(dict.fromkeys(each for each in found if not _UPPER.fullmatch(each) or each == each.upper()))[:_MOST]


def ticket_key(number: str) -> str:
    """A ticket number without brackets, spaces and case, as it compares with another writing of it."""
    return "".join(each for each in number.casefold() if each.isalnum() or each == "-")


def tells_alone(number: str) -> bool:
    """Whether a number names one matter by itself; short ones and years may be a tag that stands in many subjects."""
    longest = max(re.findall(r"\d+", number), key=len, default="")
    return len(longest) >= _FEWEST_DIGITS and not _YEAR.fullmatch(longest)


def bare_subject(subject: str) -> str:
    """A subject without the prefixes of answers, tags in brackets and ticket numbers, as it compares with another."""
    rest = _NUMBER.sub(" ", subject[:_LONGEST_SUBJECT])
    while prefix := _PREFIX.match(rest):
        rest = rest[prefix.end() :]
    return " ".join(re.findall(r"\w+", rest.casefold()))
