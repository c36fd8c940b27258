"""A broken template never stops mail: the last good version serves, and a person is told."""

from pathlib import Path

import pytest

from intake.errors import IntakeError, Mistakes
from intake.outbound.samples import SAMPLES, emptied
from intake.outbound.templateset import TemplateSet, check_templates, load
from intake.shipped import shipped

SHIPPED = shipped("templates")
PLACE = ("en", "acknowledgment")
BROKEN = "Subject: x\n\n{{ case.refrence }}\n"


def write(folder: Path, text: str, place: tuple[str, str] = PLACE) -> Path:
    file = folder / place[0] / f"{place[1]}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_templates_are_whole_in_both_languages(templates: TemplateSet) -> None:
    assert templates.mistakes == ()
    assert check_templates([SHIPPED]) == []
    have = {(template.language, template.name) for template in templates.templates}
    assert have == {(language, name) for language in ("en", "de") for name in SAMPLES}


def test_what_every_reader_needs_stands_in_the_acknowledgment(templates: TemplateSet) -> None:
    values = SAMPLES["acknowledgment"]
    for language in ("en", "de"):
        words = templates.pick("acknowledgment", language).render(values)
        for text in (words.text, words.html):
            for needed in (
                values["case"]["reference"],
                values["because"][0]["text"],
                values["response"]["due"],
                "OX-5",
            ):
                assert needed in text
        without = templates.pick("acknowledgment", language).render({**values, "response": emptied(values["response"])})
        assert "Europe/Berlin, CET" in without.text  # when it came in is told all the same
        assert values["response"]["due"] not in without.text


def test_a_field_off_the_list_is_told_with_what_was_written_and_what_is_allowed(templates: TemplateSet) -> None:
    for name in ("missing-information", "reminder", "not-entitled"):
        for language in ("en", "de"):
            text = templates.pick(name, language).render(SAMPLES[name]).text
            for needed in ("Server Version", "MyLinux 3", "Debian, RHEL", "\nServer Version:\n", "\nDistribution:\n"):
                assert needed in text.replace(": \n", ":\n")


def test_templates_that_are_checked_when_used_are_the_same_ones(tmp_path: Path) -> None:
    mine = write(tmp_path, "Subject: mine\n\nOurs: {{ case.reference }}\n").read_text()
    assert load([tmp_path, SHIPPED], later=True).pick("acknowledgment", "en").source == mine
    write(tmp_path, BROKEN)
    with_good = load([tmp_path, SHIPPED], {PLACE: mine}, later=True)
    assert with_good.pick("acknowledgment", "en").source == mine
    shipped_one = load([SHIPPED]).pick("acknowledgment", "en").source
    assert load([tmp_path, SHIPPED], later=True).pick("acknowledgment", "en").source == shipped_one
    with pytest.raises(Mistakes, match="refrence"):
        load([tmp_path], later=True).pick("acknowledgment", "en")


def test_a_broken_template_leaves_the_last_good_one_in_use(tmp_path: Path) -> None:
    good = load([tmp_path, SHIPPED])
    write(tmp_path, "Subject: mine\n\nOurs: {{ case.reference }}\n")
    mine = load([tmp_path, SHIPPED])
    file = write(tmp_path, BROKEN)
    remembered = {place: text for place, (_, text) in mine.versions().items()}
    after = load([tmp_path, SHIPPED], remembered)
    assert after.pick("acknowledgment", "en").version == mine.pick("acknowledgment", "en").version
    assert [(mistake.file, mistake.line) for mistake in after.mistakes] == [(str(file), 3)]
    assert 'did you mean "reference"' in after.mistakes[0].text
    # with nothing remembered, the shipped one serves
    assert load([tmp_path, SHIPPED]).pick("acknowledgment", "en").version == good.pick("acknowledgment", "en").version


def test_a_remembered_version_that_is_refused_today_does_not_serve(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    found = load([tmp_path, SHIPPED], {PLACE: "Subject: x\n\n{{ case.__class__ }}"})
    assert found.pick("acknowledgment", "en").version == load([SHIPPED]).pick("acknowledgment", "en").version


def test_an_installation_copies_only_what_it_changes(tmp_path: Path) -> None:
    write(tmp_path, "Subject: notre sujet\n\nBonjour\n", ("fr", "acknowledgment"))
    found = load([tmp_path, SHIPPED])
    assert found.mistakes == ()
    assert found.languages == ("de", "en", "fr")
    asked = [("acknowledgment", "fr"), ("acknowledgment", "fr-CA"), ("reminder", "fr"), ("reminder", "de-AT")]
    picked = [found.pick(name, language).language for name, language in asked]
    assert picked == ["fr", "fr", "en", "de"]
    (lacking,) = check_templates([tmp_path])
    assert str(lacking).startswith(f"{tmp_path / 'fr'}: no missing-information")


def test_a_template_that_no_mail_uses_is_named(tmp_path: Path) -> None:
    write(tmp_path, "Subject: x\n\ny\n", ("en", "acknowledgement"))
    write(tmp_path, "Subject: x\n\ny\n", ("english", "reply"))
    texts = [mistake.text for mistake in load([tmp_path, SHIPPED]).mistakes]
    assert len(texts) == 2
    assert 'did you mean "acknowledgment"' in texts[0]
    assert "language" in texts[1]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    file.write_bytes("Subject: x\n\nGrüße\n".encode("latin-1"))
    found = load([tmp_path, SHIPPED])
    assert [(mistake.line, mistake.text) for mistake in found.mistakes] == [(3, "not UTF-8")]
    assert found.pick("acknowledgment", "en").source == (SHIPPED / "en" / "acknowledgment.md").read_text()


def test_a_mail_without_any_template_is_an_error_with_a_suggestion(templates: TemplateSet) -> None:
    with pytest.raises(IntakeError, match='did you mean "reminder"'):
        templates.pick("remindr", "en")
