import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.names import made_name, safe_name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht (2).pdf", "Übersicht (2).pdf"),
        ("../../x", "x"),
        ("/etc/passwd", "passwd"),
        ("a\\b\\c.txt", "c.txt"),
        ("folder/", "folder"),
        ("\u200b.htaccess", "htaccess"),
        ("\u200d\u00ad.htaccess", "htaccess"),
        ("...", ""),
        ("..", ""),
        ("", ""),
        ("   ", ""),
        ("a\x00b\r\n.txt", "ab .txt"),
        ("x\u202etxt.exe", "xtxt.exe"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com1 .txt", "_com1 .txt"),
        ("console.txt", "console.txt"),
        ("name.txt. . ", "name.txt"),
        ('a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_threat_33_names_are_made_safe_but_recognisable(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(max_size=400))
def test_threat_33_no_name_is_a_path_hidden_or_long(given_name: str) -> None:
    name = safe_name(given_name)
    assert len(name.encode()) <= 181
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert not any(c in name for c in "/\\\0\r\n:\u202e\u200b")
    assert safe_name(name) == name


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("ä" * 300 + ".tar").endswith("ä.tar")


def test_made_names_come_from_place_and_type() -> None:
    assert made_name("image/png", (1,)) == "part-2.png"
    assert made_name("image/png", (1, 0)) == "part-2-1.png"
    assert made_name("application/x-unheard", ()) == "part-1.bin"
    assert made_name("application/ms-tnef", (3,)) == "winmail.dat"
