import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.header import decode_words, parameters, readable, split_fields


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        ("=?iso-8859-1*de?Q?Gr=FC=DFe?=", "Grüße"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "aü"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?K=C3?= =?utf-8?Q?=B6ln?=", "Köln"),
        ("=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        ("=?utf-8?Q?what??=", "what?"),
        ("=?utf-8?Q??=", ""),
        ("=?iso-2022-jp?B?GyRCTGQbKEI=?= =?iso-2022-jp?B?GyRCJCQbKEI=?=", "問い"),
        ("=?unknown?Q?abc?=", "abc"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?open", "=?utf-8?Q?open"),
        ("=?utf-8?Q?open =?utf-8?Q?closed?=", "=?utf-8?Q?open closed"),
        ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
    ],
)
def test_encoded_words_are_read_as_clients_do(written: str, read: str) -> None:
    assert decode_words(written) == read


def test_threat_27_no_newline_and_no_control_comes_out_of_a_header() -> None:
    assert readable("=?utf-8?Q?a=0D=0ABcc:_v=00=1B=E2=80=AE?=") == "a  Bcc: v"


@given(st.text(max_size=200))
def test_any_header_is_one_line_of_clean_text(value: str) -> None:
    text = readable(value.encode("ascii", "replace").decode())
    assert not any(c in text for c in "\r\n\0\u202e")


@given(st.binary(max_size=300))
def test_threat_05_a_bare_cr_never_makes_a_header(block: bytes) -> None:
    fields, _, _ = split_fields(b"Subject: hi\rReply-To: x" + block.replace(b"\n", b""))
    assert [name for name, _ in fields] == ["subject"]


@pytest.mark.parametrize(
    ("value", "name", "read"),
    [
        ('x/y; filename="a b.txt"', "filename", "a b.txt"),
        ("x/y; filename=a b.txt", "filename", "a b.txt"),
        ("x/y; filename=a.txt; size=3", "filename", "a.txt"),
        ('x/y; filename="a;b=c.txt"; size=3', "filename", "a;b=c.txt"),
        ('x/y; filename="say \\"hi\\".txt"', "filename", 'say "hi".txt'),
        ('x/y; filename="open.txt', "filename", "open.txt"),
        ("x/y; filename*=utf-8''%C3%9Cber.txt", "filename", "Über.txt"),
        ("x/y; filename*=%C3%9Cber.txt", "filename", "Über.txt"),
        ("x/y; filename*1=b; filename*0=a", "filename", "ab"),
        ("x/y; filename*0*=iso-8859-1'de'%DC; filename*1=ber; filename*2*=%20x", "filename", "Über x"),
        ("x/y; filename=plain.txt; filename*=utf-8''better.txt", "filename", "better.txt"),
        ("x/y; filename==?utf-8?q?=C3=9C.txt?=", "filename", "Ü.txt"),
        ("text/plain charset=utf-8", "charset", "utf-8"),
        ('text/plain;charset="utf-8"', "charset", "utf-8"),
        ("text/plain; CHARSET = utf-8", "charset", "utf-8"),
    ],
)
def test_parameters_are_read_as_they_are_really_written(value: str, name: str, read: str) -> None:
    assert parameters(value)[1][name] == read


def test_threat_31_at_most_200_parameters_are_read() -> None:
    assert len(parameters("x/y" + "".join(f"; p{n}=v" for n in range(20_000)))[1]) == 200
