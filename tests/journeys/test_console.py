"""The console of the running program: from the link that the first start prints to a mail that went out."""

import re
from pathlib import Path

import httpx
from house import CUSTOMERS, mail
from running import Running, eventually, free_port, running

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/welcome/\S+)")
PASSWORD = "four words in a row"


def test_from_the_link_of_the_first_start_to_a_reply_in_the_outbox(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    with running(tmp_path, {"console.listen": listen}, customers=CUSTOMERS) as program:
        assert f"http://{listen}" in program.log()
        link = LINK.search(program.log())
        assert link
        with httpx.Client(base_url=f"http://{listen}", timeout=60, follow_redirects=True) as ada:
            form = {"address": "ada@desk.example", "name": "Ada", "zone": "Europe/Berlin", "password": PASSWORD}
            assert "Nothing waits" in ada.post(link[1], data=form).text
            program.send(mail())
            found = eventually(lambda: re.search(r"/cases/(OX-\d+)", ada.get("/").text), 60, "the case in the list")
            page = ada.get(found[0]).text
            hidden = dict(re.findall(r'name="(csrf|version|entries)" value="(\w+)"', page))
            shown = ada.post(f"{found[0]}/acts", data={**hidden, "what": "reply", "value": "It is back."})
            assert shown.status_code == 200
            assert _reply(program, found[1]) == "kim@hosting.example"
        seen = len(program.log())
        assert program.stop() == 0
        program.start()
        # somebody can sign in now, so no link is printed any more
        assert not LINK.search(program.log(seen))


def _reply(program: Running, reference: str) -> str:
    mails = program.json("outbox", "list")
    return str(next(each["to"] for each in mails if each["case"] == reference and each["kind"] == "reply"))


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path / "one", {"console.listen": f"127.0.0.1:{free_port()}"}) as first:
        listen = re.findall(r"http://(127\.0\.0\.1:\d+)", first.log())[0]
        with running(tmp_path / "two", {"console.listen": listen}, start=False) as second:
            done = second.attempt("serve")
            assert done.returncode == 1
            assert done.stderr.decode().strip() == f"console.listen: {listen} cannot be had: Address already in use"
