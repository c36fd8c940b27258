"""Mails that are read before their turn: the same readings, sooner."""

from house import FORM, Home, mail
from sqlalchemy import update

from intake.desk.receive import specs
from intake.store import tables


def subjects(desk: Home, ids: list[int], following: list[int]) -> list[str]:
    found = desk.house.ahead.take(ids, following, specs(desk.house))
    return [reading.message.subject for reading in found.values() if reading.message]


def test_what_follows_is_read_before_it_is_asked_for(desk: Home) -> None:
    first, second, third = (desk.keep(mail(FORM, subject=f"Number {each}")) for each in range(3))
    assert subjects(desk, [first], [second]) == ["Number 0"]
    # one process reads in the order of the orders
    desk.house.reader.kept([third], {})
    with desk.databases.spool.begin() as connection:
        connection.execute(update(tables.mail).where(tables.mail.c.id == second).values(raw=b"Subject: late\r\n\r\n"))
    assert subjects(desk, [second], []) == ["Number 1"]


def test_each_mail_has_its_own_reading_wherever_its_turn_comes(desk: Home) -> None:
    ids = [desk.keep(mail(FORM, subject=f"Number {each}")) for each in range(30)]
    assert subjects(desk, ids[:4], ids[4:29]) == [f"Number {each}" for each in range(4)]
    assert subjects(desk, [ids[29], ids[5]], ids[6:20]) == ["Number 29", "Number 5"]
    assert subjects(desk, ids[4:], []) == [f"Number {each}" for each in range(4, 30)]


def test_a_reading_begun_for_other_fields_does_not_count(desk: Home) -> None:
    first, second = (desk.keep(mail(FORM)) for _ in range(2))
    desk.house.ahead.take([first], [second], {})
    read = desk.house.ahead.take([second], [], specs(desk.house))[second]
    assert read.fields["open-xchange"]["severity"].written == "2"
