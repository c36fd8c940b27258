"""A template says what is wrong with it, and renders values as values."""

import re
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import IntakeError, Mistakes
from intake.outbound.samples import SAMPLES, emptied
from intake.outbound.templates import OUTPUT_CHARACTERS, Template, compile_template
from intake.outbound.templateset import TemplateSet


def compiled(body: str, name: str = "missing-information", subject: str = "A case") -> Template:
    return compile_template(f"Subject: {subject}\n\n{body}", "x.md", name, "en")


def wrong(text: str, name: str = "acknowledgment") -> list[tuple[int, str]]:
    with pytest.raises(Mistakes) as raised:
        compile_template(text, "x.md", name, "en")
    return [(mistake.line, mistake.text) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Hello\n\nText", 1, "Subject: …"),
        ("Betreff: x\n\nText", 1, "Subject"),
        ("Subject:  \n\nText", 1, "empty"),
        ("Subject: x\nText", 2, "empty line"),
        ("Subject: x\n\n \n", 3, "says nothing"),
        ("Subject: {{ case.refrence }}\n\nText", 1, 'did you mean "reference"'),
        ("Subject: x\n\nText\n\n{{ case.refrence }}", 5, 'did you mean "reference"'),
        ("Subject: x\n\nText\n{{ cas.reference }}", 4, 'did you mean "case"'),
        ("Subject: x\n\nText\n{% if case.url %}\nmore", 4, "not a template"),
        ("Subject: x\n\n{{ case.url", 3, "not a template"),
        ("Subject: x\n\n{{ because }}", 3, "list"),
        ("Subject: x\n\n{{ case }}", 3, "several values"),
        ("Subject: x\n\n{% for x in case.url %}{% endfor %}", 3, "list"),
        ("Subject: x\n\n{{ case.url.host }}", 3, "no values of its own"),
        ("Subject: x\n\n{{ case.url | upperr }}", 3, 'did you mean "upper"'),
        ("Subject: x\n\n![logo](https://desk.example/logo.png)", 3, "pictures"),
        ("Subject: x\n\nSee [this]().", 3, "a link needs an address"),
        ("Subject: x\n\nText\n\n**{% if case.url %}bold** plain{% endif %}", 5, "{% if %}"),
        ("Subject: x\n\n{%- if case.url %}a{% endif %}", 3, "without a sign"),
        ("Subject: x\n\n{{ 'a' if case.url }}", 3, "else"),
        ("Subject: x\n\na\x07b", 3, "U+0007"),
    ],
)
def test_a_mistake_names_its_line_and_what_would_be_right(text: str, line: int, said: str) -> None:
    found = wrong(text)
    assert [(at, said in text) for at, text in found] == [(line, True)], found


def test_all_unknown_variables_are_named_at_once() -> None:
    found = wrong("Subject: {{ a1 }}\n\n{{ b1 }}\n\n{% if c1 %}{{ case.d1 }}{% endif %}")
    assert [line for line, _ in found] == [1, 3, 5, 5]


def test_a_mail_that_nobody_sends_is_named_with_the_nearest_one() -> None:
    assert 'did you mean "acknowledgment"' in wrong("Subject: x\n\ny", "acknowledgement")[0][1]


def test_control_lines_leave_no_trace_around_items_rows_and_paragraphs() -> None:
    template = compiled(
        "Intro.\n\n"
        "{% for item in missing %}\n- {{ item.label }}\n{% for one in item.allowed %}\n  - {{ one }}\n{% endfor %}\n"
        "{% endfor %}\n\n"
        "| Field | Problem |\n|---|---|\n"
        "{% for item in missing %}\n| {{ item.label }} | {{ item.problem }} |\n{% endfor %}\n\n"
        "{% if case.url %}\nOne.\n\nTwo.\n{% else %}\nThree.\n{% endif %}\nFour.\n\n"
        "Five\n{% if form %}\nsix\n{% endif %}\nseven.\n"
    )
    words = template.render(SAMPLES["missing-information"])
    assert words.text == (
        "Intro.\n\n- Server Version\n- Distribution\n  - Debian\n  - RHEL\n- Track-ID\n\n"
        "Field: Problem\nServer Version: missing\nDistribution: not on the list\nTrack-ID: not on the list\n\n"
        "One.\n\nTwo.\n\nFour.\n\nFive\nsix\nseven.\n"
    )
    flat = re.sub(r' style="[^"]*"|\s*\n\s*', "", words.html.partition("<body")[2].partition("\n")[2])
    assert flat == (
        "<p>Intro.</p><ul><li>Server Version<ul></ul></li>"
        "<li>Distribution<ul><li>Debian</li><li>RHEL</li></ul></li><li>Track-ID<ul></ul></li></ul>"
        "<table><thead><tr><th>Field</th><th>Problem</th></tr></thead>"
        "<tbody><tr><td>Server Version</td><td>missing</td></tr><tr><td>Distribution</td><td>not on the list</td></tr>"
        "<tr><td>Track-ID</td><td>not on the list</td></tr>"
        "</tbody></table><p>One.</p><p>Two.</p><p>Four.</p><p>Fivesixseven.</p></body></html>"
    )


def test_only_one_branch_is_told() -> None:
    template = compiled("{% if case.url %}\nA.\n{% elif form %}\n- B\n{% else %}\n> C\n{% endif %}\nEnd.")
    values = SAMPLES["missing-information"]
    assert template.render(values).text == "A.\n\nEnd.\n"
    assert template.render(emptied(values)).text == "> C\n\nEnd.\n"
    assert template.render({**values, "case": {**values["case"], "url": ""}}).text == "- B\n\nEnd.\n"


def test_markdown_reads_well_as_text() -> None:
    template = compiled(
        "# Title\n\nA **bold** [site](https://desk.example/) and [{{ case.url }}]({{ case.url }}).\\\nNext\n\n"
        "1. one\n2. two\n\n> quoted\n\n---\n\n<b>no HTML</b> and {% raw_ok %}".replace("{% raw_ok %}", "{ braces }")
    )
    assert template.render(SAMPLES["missing-information"]).text == (
        "Title\n\nA bold site (https://desk.example/) and https://desk.example/cases/OX-1042.\nNext\n\n"
        "1. one\n2. two\n\n> quoted\n\n----------------------------------------\n\n<b>no HTML</b> and { braces }\n"
    )


def test_braces_that_markdown_makes_are_words() -> None:
    template = compiled("{\\{ case.url }} \\{\\{ form }} &#123;&#123; form }} `{\\{`")
    words = template.render(SAMPLES["missing-information"])
    assert words.text == "{{ case.url }} {{ form }} {{ form }} {\\{\n"
    assert "&#123;&#123; case.url }} &#123;&#123; form }} &#123;&#123; form }}" in words.html


def test_a_value_alone_keeps_its_lines_and_one_in_a_line_is_folded() -> None:
    template = compiled("{{ form }}\n\n> {{ form }}\n\n- x {{ form }} y\n\n```\n{{ form }}\n```\n")
    words = template.render({**SAMPLES["missing-information"], "form": "a:\r\nb:\n\nc"})
    assert words.text == "a:\nb:\n\nc\n\n> a:\n> b:\n> \n> c\n\n- x a: b: c y\n\na:\nb:\n\nc\n"
    assert words.html.count("white-space:pre-wrap") == 3


def test_a_link_goes_nowhere_but_to_the_web_or_a_mail_address() -> None:
    template = compiled("[a]({{ case.url }}) [b](https://desk.example/?q={{ case.subject }}) [c](javascript:alert)")
    values = SAMPLES["missing-information"]
    hostile = {**values, "case": {**values["case"], "url": "javascript:alert(1)", "subject": 'x" onclick="y&z'}}
    html = template.render(hostile).html
    assert '<a href="#">a</a>' in html
    assert '<a href="https://desk.example/?q=x%22%20onclick%3D%22y%26z">b</a>' in html
    assert "[c](javascript:alert)" in html


def test_a_value_that_was_not_given_is_named() -> None:
    with pytest.raises(IntakeError, match="reminder"):
        compiled("{{ reminder.number }}", "reminder").render({"case": {}})


def test_output_is_bounded() -> None:
    template = compiled("{% for item in missing %}{{ form }}{% endfor %}")
    values = {**SAMPLES["missing-information"], "form": "x" * (OUTPUT_CHARACTERS // 3)}
    assert template.render({**values, "missing": [{}] * 2}).text
    with pytest.raises(IntakeError, match="longer than"):
        template.render({**values, "missing": [{}] * 4})


def test_the_costliest_template_that_is_let_in_ends_within_a_second() -> None:
    body = (
        "{% for a in missing %}{% for b in missing %}" + "{% if a == b %}{% endif %}" * 9 + "{% endfor %}{% endfor %}x"
    )
    template = compiled(body)
    began = time.perf_counter()
    template.render({**SAMPLES["missing-information"], "missing": [{"label": str(i)} for i in range(100_000)]})
    assert time.perf_counter() - began < 1
    assert (
        "too long" in wrong(f"Subject: x\n\n{body.replace('== b', '== b' + ' == b' * 15)}", "missing-information")[0][1]
    )


def test_a_table_too_wide_for_a_mail_is_refused_with_its_line() -> None:
    wide = "|a" * 21 + "\n" + "|-" * 21 + "\n" + "a\n" * 200
    line, said = wrong(f"Subject: x\n\n{{{{ case.url }}}}\n\n{wide}")[0]
    assert (line, "21 columns is too wide" in said) == (5, True)
    assert compiled("|a" * 20 + "\n" + "|-" * 20 + "\n" + "a\n" * 190).render(SAMPLES["acknowledgment"]).text


class Shape(HTMLParser):
    """The elements of a page in order, without texts and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(f"{name}={value}" for name, value in attrs if name != "href")))
        assert all(re.match("#$|https?://|mailto:", value or "") for name, value in attrs if name == "href")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))


def filled(values: Any, text: str) -> Any:
    if isinstance(values, Mapping):
        return {name: filled(value, text) for name, value in values.items()}
    if isinstance(values, list):
        return [filled(value, text) for value in values]
    return text


HOSTILE = st.text(st.characters(), min_size=1, max_size=60) | st.sampled_from(
    [
        "</p><script>x</script>",
        "```\n# x\n- y",
        "{{7*7}}{% if %}",
        "\ue000V0\ue001",
        "a\r\n\r\nb",
        "\u202e",
        "&lt;",
        "**x**",
    ]
)


@settings(max_examples=150)
@given(data=st.data())
def test_no_value_changes_the_shape_of_a_mail(data: st.DataObject, templates: TemplateSet) -> None:
    template = data.draw(st.sampled_from(templates.templates))
    text = f"a{data.draw(HOSTILE)}b"
    plain, words = (template.render(filled(SAMPLES[template.name], value)) for value in ("x", text))
    assert Shape(words.html).tags == Shape(plain.html).tags
    assert words.subject.isprintable() or not words.subject.isascii()
    assert "\n" not in words.subject
    assert len(words.subject) <= 200
    if not any(block in template.source for block in ("form }}", ".text }}", ".excerpt }}")):
        assert words.text.count("\n") == plain.text.count("\n")
    words.text.encode()
    words.html.encode()


LINES = [
    "",
    "text",
    "- item",
    "  - inner",
    "1. one",
    "> quote",
    "| a | b |",
    "|---|---|",
    "# head",
    "```",
    "**b** {{ case.url }}",
]
LINES += [
    "{{ case.url }}",
    "{% if case.url %}x{% endif %}",
    "- {{ case.url }}",
    "**{% if case.url %}x**{% endif %}",
    "---",
]
LEAF = st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map("\n".join)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(inner, inner).map("\n".join)
        | inner.map("{{% if case.url %}}\n{0}\n{{% endif %}}".format)
        | inner.map("{{% for item in because %}}\n{0}\n{{% endfor %}}".format)
        | st.tuples(inner, inner).map(
            lambda two: f"{{% if response.due %}}\n{two[0]}\n{{% else %}}\n{two[1]}\n{{% endif %}}"
        )
    )


@settings(max_examples=200)
@given(body=st.recursive(LEAF, nested, max_leaves=8) | st.text("{}%#- |>`*[]()\\nif", max_size=30))
def test_any_text_is_a_template_or_named_mistakes_and_never_broken_html(body: str) -> None:
    try:
        template = compile_template(f"Subject: x\n\n{body}", "x.md", "acknowledgment", "en")
    except Mistakes:
        return
    for values in (SAMPLES["acknowledgment"], emptied(SAMPLES["acknowledgment"])):
        open_elements: list[str] = []
        for tag, *_ in Shape(template.render(values).html).tags:
            if tag.startswith("/"):
                assert open_elements.pop() == tag[1:]
            elif tag not in ("br", "hr", "meta"):
                open_elements.append(tag)
        assert open_elements == []
