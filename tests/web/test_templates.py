"""Templates in the console: the editor's checks and preview, publishing to the mail that goes out, rolling back."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from console import ADA, BO, Desk, Person

SECURITY = "security@support.example"
HERE = "/templates/en/acknowledgment"
SEEN = re.compile(r'name="seen" value="(\d+)"')
GOOD = "Subject: [{{ case.reference }}] Ours now\n\nHello {{ reader.name }},\n\n**we** have it.\n"


def publish(somebody: Person, text: str, page: str = "", place: str = HERE) -> str:
    seen = SEEN.search(page or somebody.get(place).text)
    assert seen
    return somebody.send(f"{place}/publish", text=text, seen=seen[1]).text


def acknowledgment(here: Desk) -> str:
    """The subject of the acknowledgment that a fresh mail gets."""
    reference = here.case()
    (subject,) = (each["subject"] for each in here.home.outbox() if each["case"] == reference)
    return str(subject)


def test_the_list_tells_which_language_lacks_what(here: Desk) -> None:
    page = here.person().get("/templates").text
    assert 'href="/templates/de/acknowledgment">file' in page
    assert "English goes out" not in page


def test_a_typo_is_told_with_its_line_and_cannot_be_published(here: Desk) -> None:
    boss = here.person(BO, "manager")
    typo = GOOD.replace("reader.name", "reader.nmae")
    tried = boss.send(f"{HERE}/try", text=typo).text
    assert "<b>Line 3</b>" in tried
    assert "nmae" in tried
    assert "<b>Line 3</b>" in publish(boss, typo)
    assert "Ours now" not in acknowledgment(here)


@pytest.mark.parametrize(
    "text",
    [
        "No subject\n\nHello\n",
        "Subject: x\n\n{{ case.__class__ }}\n",
        "Subject: x\n\n{{ 9**9**9 }}\n",
        "Subject: x\n\n{% include 'other' %}\n",
    ],
)
def test_what_no_template_may_do_cannot_be_published(here: Desk, text: str) -> None:
    boss = here.person(BO, "manager")
    assert 'role="alert"' in publish(boss, text)
    assert "Ours now" not in acknowledgment(here)


def test_the_preview_shows_the_mail_and_how_the_text_differs(here: Desk) -> None:
    tried = here.person(BO, "manager").send(f"{HERE}/try", text=GOOD).text
    assert "[OX-1042] Ours now" in tried
    assert "Hello Kim Sample," in tried
    assert '<span class="more">+Subject: [{{ case.reference }}] Ours now' in tried
    assert "No mistake found." in tried


def test_the_preview_takes_the_values_of_a_case(here: Desk) -> None:
    reference = here.case()
    tried = here.person(BO, "manager").send(f"{HERE}/try", text=GOOD, case=reference).text
    assert f"[{reference}] Ours now" in tried


def test_the_preview_tells_nothing_of_a_private_case(here: Desk) -> None:
    secret = here.case("A hole.", to=SECURITY, subject="Remote code execution")
    boss = here.person(BO, "manager")
    text = "Subject: x\n\n{{ case.subject }}\n"
    tried = boss.send(f"{HERE}/try", text=text, case=secret).text
    assert "Remote" not in tried
    unknown = boss.send(f"{HERE}/try", text=text, case="ZD-999999").text
    assert tried.replace(secret, "") == unknown.replace("ZD-999999", "")


def test_what_is_published_serves_from_the_next_mail_on_and_is_rolled_back(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    by_file = acknowledgment(fresh)
    shown = publish(boss, GOOD)
    assert "Published: it serves from the next mail on." in shown
    assert BO in shown
    assert acknowledgment(fresh).endswith("Ours now")
    publish(boss, GOOD.replace("Ours now", "Ours again"))
    assert acknowledgment(fresh).endswith("Ours again")
    page = boss.get(HERE).text
    version = re.search(r'name="version" value="(\d+)"><button>Roll back', page)
    seen = SEEN.search(page)
    assert version
    assert seen
    boss.send(f"{HERE}/roll-back", seen=seen[1], version=version[1])
    assert acknowledgment(fresh).endswith("Ours now")
    seen = SEEN.search(boss.get(HERE).text)
    assert seen
    boss.send(f"{HERE}/roll-back", seen=seen[1], version="0")
    assert acknowledgment(fresh).partition("]")[2] == by_file.partition("]")[2]


def test_two_who_edit_at_once_overwrite_nothing_silently(fresh: Desk) -> None:
    ada, bo = fresh.person(ADA, "manager"), fresh.person(BO, "manager")
    seen = ada.get(HERE).text
    publish(bo, GOOD)
    late = publish(ada, GOOD.replace("Ours now", "Hers"), seen)
    assert f"{BO} published en/acknowledgment meanwhile" in late
    assert "Hers" in late
    assert acknowledgment(fresh).endswith("Ours now")


def test_a_published_text_that_a_newer_program_refuses_lets_the_file_serve_and_is_told(fresh: Desk) -> None:
    from sqlalchemy import update

    from intake.store.tables import published

    boss = fresh.person(BO, "manager")
    by_file = acknowledgment(fresh)
    publish(boss, GOOD)
    with fresh.home.databases.desk.begin() as connection:
        connection.execute(update(published).values(text="Subject: x\n\n{{ gone.name }}\n"))
    fresh.reload()
    assert acknowledgment(fresh).partition("]")[2] == by_file.partition("]")[2]
    assert "published en/acknowledgment:3" in boss.get("/templates").text


def test_a_language_that_is_missing_begins_with_the_english_text(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    place = "/templates/fr/acknowledgment"
    assert "English goes out until there is one" in boss.get(place).text
    publish(boss, GOOD.replace("Ours now", "Bien reçu"), place=place)
    page = boss.get("/templates").text
    assert "1 of" in page
    assert 'href="/templates/fr/acknowledgment">published' in page
    assert "missing: English goes out" in page


def test_a_test_mail_goes_to_its_editor_alone(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager", "Bo Muster")
    shown = boss.send(f"{HERE}/mail", text=GOOD).text
    assert f"a mail to {BO} is on its way" in shown
    (sent,) = fresh.home.outbox(desk=True)
    assert (sent["kind"], sent["to"]) == ("desk-test", BO)
    made = message_from_bytes(fresh.home.sent(sent["id"]), policy=default)
    assert made["Subject"] == "[OX-1042] Ours now"
    assert made["Auto-Submitted"] == "auto-generated"


def test_whoever_may_not_publish_reads_alone(here: Desk) -> None:
    agent = here.person()
    page = agent.get(HERE).text
    assert "readonly" in page
    assert ">Publish<" not in page
    for path in ("publish", "try", "mail", "roll-back"):
        assert agent.send(f"{HERE}/{path}", text=GOOD, seen="0", version="0").status_code == 403


@pytest.mark.parametrize("place", ["en/nothing", "EN!/acknowledgment", "en/..%2f..%2fx"])
def test_a_name_that_no_mail_has_is_not_found(here: Desk, place: str) -> None:
    assert here.person().get(f"/templates/{place}").status_code == 404
