"""Forms in attached files are read after the mail's own words; logs and other people's mails are not (OX-1)."""

from email.message import EmailMessage

import pytest

from intake.core.mail.fields import read_fields
from intake.core.mail.read import read
from tests.core.mail.test_fields import FORM, READ, SPECS

ROWS = {
    "Server": "ox1",
    "Distribution": "DEBIAN",
    "Module": "mail, tasks",
    "Severity": "2",
    "Steps to reproduce": "1. Open\n2. Click",
    "Expected behaviour": "It works",
}
FROM_ROWS = {
    "server": "ox1",
    "distribution": "DEBIAN",
    "module": ("mail", "tasks"),
    "severity": "2",
    "steps_to_reproduce": "1. Open\n2. Click",
    "expected_behaviour": "It works",
}


def quoted(cell: str) -> str:
    return f'"{cell}"'


def mail(text: str, *files: tuple[str, bytes, str]) -> dict[str, object]:
    """The valid fields of a mail with files: name, content, type."""
    message = EmailMessage()
    message["From"] = "it@hosting.example"
    message.set_content(text)
    for name, content, kind in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name or None)
    facts = read(message.as_bytes())
    found = read_fields(SPECS, facts.form_texts, facts.file_texts)
    return {key: value.value for key, value in found.items() if value.valid}


HTML = "<html><head><meta charset='iso-8859-1'></head><body><table>{}</table></body></html>"
COLUMNS = "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in ROWS.items()).replace("\n", "<br>")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("form.html", HTML.format(COLUMNS).encode(), "text/html"),
        ("form.htm", HTML.format(COLUMNS).encode(), "application/octet-stream"),
        ("form.csv", ",".join(ROWS).encode() + b"\n" + ",".join(map(quoted, ROWS.values())).encode(), "text/csv"),
        ("form.csv", "\r\n".join(f"{k};{quoted(v)}" for k, v in ROWS.items()).encode(), "application/vnd.ms-excel"),
        ("form.tsv", "\n".join(f"{k}\t{quoted(v)}" for k, v in ROWS.items()).encode(), "text/plain"),
    ],
)
def test_a_form_in_a_file_is_read(name: str, content: bytes, kind: str) -> None:
    assert mail("Please find the form attached.", (name, content, kind)) == FROM_ROWS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("form.txt", "text/plain"),
        ("form.TXT", "application/octet-stream"),
        ("", "text/plain"),
        ("f.md", "text/markdown"),
    ],
)
def test_a_form_in_a_text_file_is_read(name: str, kind: str) -> None:
    assert mail("Please find the form attached.", (name, FORM.encode(), kind)) == READ


def test_the_mails_own_words_come_before_those_of_a_file() -> None:
    found = mail("Severity: 3\nServer: url of the machine", ("form.txt", FORM.encode(), "text/plain"))
    assert found == {**READ, "severity": "3"}


def test_a_mail_attached_is_somebody_elses_and_gives_nothing() -> None:
    inner = EmailMessage()
    inner["From"] = "lee@elsewhere.example"
    inner["Subject"] = "My case"
    inner.set_content(FORM)
    outer = EmailMessage()
    outer["From"] = "it@hosting.example"
    outer.set_content("See the mail of our customer.")
    outer.add_attachment(inner)
    outer.add_attachment(inner.as_bytes(), maintype="application", subtype="octet-stream", filename="case.eml")
    facts = read(outer.as_bytes())
    assert read_fields(SPECS, facts.form_texts, facts.file_texts) == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("server.log", FORM),
        ("notes.txt", "Server: nginx\nSeverity: 3\n"),
        ("events.txt", "Server: a\nModule: mail\nSeverity: 1\nProduct: OXHE\n\n" * 4),
        ("form.txt", "Server: url of the machine\nSeverity: 1, 2, 3, 4\nModule:\nProduct: <choose>\nTrack-ID: n/a\n"),
        ("long.txt", FORM + "x\n" * 60_000),
        ("picture.png", FORM),
    ],
)
def test_a_file_that_is_no_form_gives_nothing(name: str, content: str) -> None:
    kind = "image/png" if name.endswith("png") else "text/plain"
    assert mail("See the file.", (name, content.encode(), kind)) == {}
