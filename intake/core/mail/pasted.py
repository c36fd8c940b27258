"""Lines that look like a form's and are something pasted: a log's pairs, a configuration's, headers of HTTP."""

import json
import re
from collections.abc import Iterable, Sequence

from intake.core.mail.attributions import quote_depth
from intake.core.mail.labels import Hit, Labels
from intake.core.mail.values import judge

_PAIR = re.compile(r"([^\W\d_][\w.-]*)=(\"[^\"]*\"|[^\s,;\])}\"]*)[\s,;]*")
_OPENED = re.compile(r"[\s\[({]*")
_CLOSED = re.compile(r"[\s\])}]*")
_SETTING = re.compile(r"[\s{]*(?:\"([^\"]{1,80})\"\s*:|([a-z][\w.-]{0,80})=)\s*(\S.*?)?[,}\s]*$")
_HEADER = re.compile(r"[<>*\s]*([A-Za-z][A-Za-z0-9-]{1,60}):(?:\s|$)")
_STATUS = r"[<>*\s]*(?:HTTP/\d(?:\.\d)? \d{3}\b|[A-Z]{3,8} \S+ HTTP/\d)"
_HEADER_OR_STATUS = re.compile(f"{_HEADER.pattern}|{_STATUS}")
# Header fields of HTTP (RFC 9110 and its registry), and how those of nobody's registry begin.
_HTTP = frozenset(
    "accept accept-encoding accept-language accept-ranges age allow alt-svc authorization cache-control connection "  # noqa: SIM905
    "content-encoding content-language content-length content-security-policy content-type cookie date etag expires "
    "host keep-alive last-modified link location origin pragma referer referrer-policy server set-cookie "
    "strict-transport-security transfer-encoding upgrade user-agent vary via www-authenticate".split()
)
_HTTP_OWN = ("x-", "access-control-", "sec-", "cf-")
_FEWEST_HEADERS = 2
_FEWEST_PAIRS = 2
_FEWEST_OF_A_FORM = 2
_RUN = 15
_LONGEST = 4_000
_MOST_PAIRS = 100


def spread(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with a form of pairs on one line (`server=mx1 severity=2`, or an object of JSON) a field a line."""
    out: list[str] = []
    for line in lines:
        if "=" not in line and "{" not in line:
            out.append(line)
            continue
        pairs, rest = _pairs(line)
        if len(pairs) >= _FEWEST_PAIRS and not rest and _is_form(labels, pairs):
            quote = "> " * quote_depth(line)[0]
            out += [f"{quote}{each}" for name, value in pairs for each in f"{name}={value}".split("\n")]
        else:
            out.append(line)
    return out


def is_log(labels: Labels, line: str) -> bool:
    """Whether a line is pairs in a row as logs have them, or an object of JSON: some of them are no fields."""
    pairs, rest = _pairs(line)
    if len(pairs) < _FEWEST_PAIRS or not (pairs[0][0][:1].islower() or line.lstrip("> \t")[:1] == "{"):
        return False
    return bool(rest) or not _is_form(labels, pairs)


def is_pasted(labels: Labels, lines: Sequence[str], number: int, hit: Hit) -> bool:
    """Whether a label at the start of a line stands in a log, in settings of other things, or in headers of HTTP."""
    line = lines[number]
    if hit.weak:
        return is_log(labels, line) or _in_settings(labels, lines, number)
    header = _HEADER.match(line)
    return header is not None and header[1].lower() in _HTTP and _in_headers(lines, number)


def _pairs(line: str) -> tuple[list[tuple[str, str]], str]:
    """The pairs that a line begins with, and what follows them."""
    line = quote_depth(line)[1].strip()
    if len(line) > _LONGEST:
        return [], ""
    if line[:1] == "{" and line[-1:] == "}" and '"' in line:
        return _members(line), ""
    found: list[tuple[str, str]] = []
    opened = _OPENED.match(line)
    place = opened.end() if opened else 0
    while len(found) < _MOST_PAIRS and (pair := _PAIR.match(line, place)):
        found.append((pair[1], pair[2].strip('"')))
        place = pair.end()
    closed = _CLOSED.match(line, place)
    return found, line[closed.end() if closed else place :]


def _members(line: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    members = found.items() if isinstance(found, dict) else ()
    return [(name, "" if value is None else str(value)) for name, value in members][:_MOST_PAIRS]


def _is_form(labels: Labels, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether pairs are a form's: all of them fields, or as many with a valid value as a form in a file has."""
    known = [(spec, value) for name, value in pairs if (spec := labels(name))]
    if len({spec.key for spec, _ in known}) == len(pairs):
        return True
    judged = {spec.key: judge(spec, value) for spec, value in known}
    valid = sum(1 for each in judged.values() if each is not None and each.value.valid)
    return valid >= max(_FEWEST_OF_A_FORM, labels.fields // 3)


def _in_settings(labels: Labels, lines: Sequence[str], number: int) -> bool:
    """Whether the lines around are pairs a line, more of them settings of other things than fields."""
    around = [(line, setting) for line in _around(lines, number, _SETTING) if (setting := _SETTING.match(line))]
    pairs = [(setting[1] or setting[2], (setting[3] or "").strip('"')) for _, setting in around]
    # (at a line's start a label is known with a slip of the fingers too)
    known = sum(1 for line, setting in around if labels(setting[1] or setting[2]) or labels.at_start(line))
    others = len(pairs) - known
    quoted = lines[number].lstrip("> \t{")[:1] == '"'
    return others > (0 if quoted else known) and not _is_form(labels, pairs)


def _in_headers(lines: Sequence[str], number: int) -> bool:
    """Whether a line stands among header fields of HTTP: below a status or a request, or beside two others."""
    beside = (*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2])
    if not any(_HEADER_OR_STATUS.match(line, 0, _LONGEST) for line in beside):
        return False
    names = set()
    for line in _around(lines, number, _HEADER_OR_STATUS):
        header = _HEADER.match(line)
        if header is None:
            return True
        names.add(header[1].lower())
    own = _HEADER.match(lines[number])
    others = names - {own[1].lower()} if own else names
    return sum(1 for name in others if name in _HTTP or name.startswith(_HTTP_OWN)) >= _FEWEST_HEADERS


def _around(lines: Sequence[str], number: int, shape: re.Pattern[str]) -> Iterable[str]:
    """The lines of such a shape right above and below a line, and itself."""
    for step in (-1, 1):
        for place in range(number if step == -1 else number + 1, number + step * _RUN, step):
            if not 0 <= place < len(lines) or not shape.match(lines[place], 0, _LONGEST):
                break
            yield lines[place]
