"""HTML mail becomes the text that its reader sees."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.html import to_text
from intake.core.mail.quotes import new_text


def lines(html: str) -> list[str]:
    return [line.strip() for line in to_text(html).splitlines() if line.strip()]


def test_what_is_not_shown_is_left_out() -> None:
    assert lines(
        "<html><head><title>t</title><style>p{}</style></head><body><script>x()</script><!-- c -->"
        '<p style="DISPLAY : none">hidden</p><p hidden>hidden</p><div style="mso-hide:all">hidden<p>x</p></div>'
        '<template>hidden</template>seen <span style="display:none">hidden</span>tail</body></html>'
    ) == ["seen tail"]


def test_entities_and_spaces_are_decoded() -> None:
    assert to_text("a&nbsp;&amp;&#98;&#x63;&auml; \u200b<p>d\u00ade</p>").split("\n")[0] == "a &bcä"
    assert to_text("1 &lt; 2 > 0") == "1 < 2 > 0"


def test_the_cells_of_a_row_stand_on_one_line() -> None:
    html = (
        "<table><tr><th><p>Server</p></th><td><p>a.example</p></td></tr>"
        "<tr><td>Steps</td><td>one<br>two</td></tr><tr><td><b>Severity:</b></td><td> 2 </td></tr></table>after"
    )
    assert to_text(html).splitlines() == ["Server\ta.example", "Steps\tone", "\ttwo", "Severity:\t2", "", "after"]


def test_a_table_that_only_frames_is_no_table() -> None:
    inner = "<table><tr><td>Server</td><td>a</td></tr></table>"
    frame = f"<table><tbody><tr><td>{inner}</td></tr></tbody></table>"
    html = f"<table><tr><td><p>Hello</p>{frame}<p>Bye</p></td></tr></table>"
    assert lines(html) == ["Hello", "Server\ta", "Bye"]


def test_quotes_carry_the_quote_sign() -> None:
    html = "new<blockquote>old<p>words</p><blockquote type=cite>older</blockquote>old</blockquote>new"
    assert lines(html) == ["new", "> old", ">", "> words", ">", "> > older", "> old", "new"]


@pytest.mark.parametrize(
    "quote",
    [
        """<div class="gmail_quote"><div class="gmail_attr">On Mon, Nov 2, 2026 at 10:00 AM Desk
        &lt;<a href="mailto:d@support.example">d@support.example</a>&gt; wrote:<br></div>
        <blockquote class="gmail_quote">old<br>words</blockquote></div>""",
        """<hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>Lähettäjä:</b> Desk<br>
        <b>Aihe:</b> x</font></div><div>old</div>""",
        """<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
        <p><b>From:</b> Desk<br><b>Sent:</b> Mon<br><b>To:</b> us<br><b>Subject:</b> x</p></div></div><p>old</p>""",
        """<div class="moz-cite-prefix">Am 02.11.2026 um 10:00 schrieb Desk:<br></div>
        <blockquote type="cite"><p>old</p></blockquote>""",
        '<div class="yahoo_quoted"><div>On Monday, November 2, 2026, Desk wrote:</div><div>old</div></div>',
    ],
)
def test_quotes_of_mail_programs_can_be_folded(quote: str) -> None:
    assert (
        new_text(to_text(f"<div><p>My answer</p><p>in two parts</p></div><br>{quote}")) == "My answer\n\nin two parts"
    )


def test_a_link_keeps_its_words_and_shows_an_address_that_they_do_not_say() -> None:
    assert to_text('<a href="https://a.example/x">click here</a>') == "click here <https://a.example/x>"
    assert to_text('<a href="https://safe.example/?u=a">https://a.example/</a>') == "https://a.example/"
    assert to_text('<a href="http://a.example/">a.example</a>') == "a.example"
    assert to_text('<a href="mailto:a@b.example">write</a> <a href="javascript:x">run</a>') == "write run"


def test_images_give_their_words() -> None:
    assert to_text('a <img src="x" alt="Error 500"> b <img src="t.gif"><img alt="">').split() == [
        "a",
        "[Error",
        "500]",
        "b",
    ]


def test_lists_and_preformatted_text_keep_their_shape() -> None:
    assert lines("<ul><li>one</li><li>two</li></ul><ol><li>a</li><li>b</li></ol>") == ["* one", "* two", "1. a", "2. b"]
    assert to_text("<pre>a\n    b</pre>") == "a\n    b"


def test_embedded_images_do_not_crowd_out_the_text() -> None:
    assert to_text(f'<p>a</p><img src="data:image/png;base64,{"A" * 2_000_000}"><p>b</p>').split() == ["a", "b"]


def test_plain_text_passes() -> None:
    assert to_text("no tags at all") == "no tags at all"
    assert to_text(" \n ") == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 10_000 + "deep" + "</div>" * 10_000,
        "first" + "<div>" * 400 + "deep",
        "<blockquote>" * 140 + "deep",
        "<table><tr><td>" * 3_000 + "deep",
        "<p>" * 200_000 + "deep",
        "<b><i>" * 5_000 + "deep",
        "<table><tr><td>"
        + "a" * 50_000
        + "</td><td>deep</td></tr>"
        + "<tr><td>a</td><td>b</td></tr>" * 20_000
        + "</table>",
        "<span hidden></span>" * 60_000 + "deep",
        "deep" + "<!--" * 300_000,
        "deep" + "<script>" * 200_000,
        "deep" + "<![CDATA[" * 200_000,
        "deep" + "</" * 500_000,
        "deep &#" + "1" * 100_000 + ";",
        "<p style='" + "display" * 200_000 + "'>deep",
        "<a href='http://a.example'>" * 50_000 + "deep",
        "deep" + "x" * 5_000_000,
    ],
)
def test_hostile_html_still_gives_its_text(html: str) -> None:
    text = to_text(html)
    assert "deep" in text
    assert len(text) < 2_000_000


def test_a_table_too_wide_to_pad_takes_little_memory() -> None:
    html = f"<table><tr><td>{'a' * 50_000}</td><td>x</td></tr>{'<tr><td>a</td><td>b</td></tr>' * 4_000}</table>"
    tracemalloc.start()
    try:
        assert "a\tb" in to_text(html)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_frame_around_a_long_mail_costs_nothing() -> None:
    mail = f"<p>{'long ' * 1_000}</p>{'<p>short</p>' * 3_000}<ul><li>item</li></ul>"
    assert "* item" in to_text(f"<table><tr><td><table><tr><td>{mail}</td></tr></table></td></tr></table>")


def test_too_many_tags_give_bare_text() -> None:
    assert lines("<ul>" + "<li>a" * 10) == ["* a"] * 10
    assert lines("<ul>" + "<li>a" * 90_000) == ["a"] * 90_000


PIECES = [
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "<blockquote>",
    "</table>",
    "<p>",
    "<a href='http://a'>",
    "<div hidden>",
    "<!--",
]


@given(
    st.lists(
        st.one_of(st.sampled_from([*PIECES, "</p>", "<br>", "<?xml version='1.0' encoding='x'?>", "&#0;"]), st.text())
    )
)
def test_no_html_makes_it_fail(pieces: list[str]) -> None:
    text = to_text("".join(pieces))
    assert not {"\ue000", "\ue001", "\u00a0", "\x00"} & set(text)


def test_bold_words_that_begin_a_line_stand_away_from_what_follows() -> None:
    assert to_text("<p><b>Server</b> ox1</p><p>the <b>Server</b> is</p><p><b>From:</b> a</p>") == (
        "Server  ox1\n\nthe Server is\n\nFrom: a"
    )


def test_what_was_ticked_chosen_or_filled_in_is_shown() -> None:
    html = (
        "<p><input type=checkbox checked> mail <input type=checkbox> tasks</p><label>Server</label><input value=ox1>"
        "<input type=hidden value=secret><p>Severity<select><option>1<option selected>2</select></p>"
    )
    assert to_text(html) == "[x] mail [ ] tasks\n\nServer  ox1\n\nSeverity  2"


def test_a_row_that_goes_on_in_its_first_cell_begins_with_a_space() -> None:
    assert to_text("<table><tr><td>a<br>b</td><td>c</td></tr><tr><td>d</td><td>e<br>f</td></tr></table>") == (
        "a\tc\n b\nd\te\n\tf"
    )


def test_a_cell_of_several_lines_begins_beside_its_neighbours_wherever_they_are_aligned() -> None:
    row = "<tr valign=bottom><td style='vertical-align: middle'>Steps</td><td valign=middle>1<br>2<br>3</td></tr>"
    assert to_text(f"<table>{row}<tr><th align=right>End</th><td>x</td></tr></table>") == "Steps\t1\n\t2\n\t3\nEnd\tx"


def test_a_row_that_begins_with_a_picture_or_a_remark_of_the_page_is_one_all_the_same() -> None:
    rows = "<tr><td><img src=x></td><td>a</td></tr><tr><td><!-- x --><p>b</p></td><td>c</td></tr>"
    assert to_text(f"<table>{rows}</table>") == "\ta\nb\tc"
