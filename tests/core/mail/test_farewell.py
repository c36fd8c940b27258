"""Farewells in ten languages are known, and a mail that wants anything is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.farewell import farewell

SOLVED = [
    "Solved, thanks",
    "Hi team,\n\nit works now. Thank you very much for your quick help!\n\nBest regards\nKim Sample",
    "The problem is solved. Many thanks!",
    "Erledigt, danke",
    "Hallo,\n\ndas Problem ist gelöst, vielen Dank für die schnelle Hilfe!\n\nViele Grüße\nKim",
    "Funktioniert jetzt wieder. Danke!",
    "Résolu, merci",
    "Bonjour,\n\nle problème est résolu. Merci beaucoup pour votre aide.\n\nCordialement\nKim",
    "Solucionado, gracias",
    "Ya está resuelto. Muchas gracias por su ayuda.",
    "Risolto, grazie",
    "Ora funziona tutto, grazie mille!",
    "Opgelost, bedankt",
    "Het werkt weer. Hartelijk dank voor de snelle reactie.\n\nMet vriendelijke groet\nKim",
    "Resolvido, obrigado",
    "Já está funcionando. Muito obrigada pela ajuda!",
    "Rozwiązane, dziękuję",
    "Wszystko działa, dziękuję bardzo za pomoc.\n\nPozdrawiam\nKim",
    "Löst, tack",
    "Det fungerar nu. Tack så mycket för hjälpen!\n\nMed vänliga hälsningar\nKim",
    "解決しました。ありがとうございました。",
]
THANKS = [
    "Thank you", "Thanks a lot!", "Many thanks for your help, Ada", "Vielen Dank!", "Danke schön", "Merci beaucoup",
    "Muchas gracias", "Grazie mille", "Dank u wel", "Hartelijk bedankt", "Obrigado",
    "Dziękuję bardzo", "Tack så mycket",
    "ありがとうございます", "Great, thanks.\n\nRegards\nKim Sample\nBeispiel Hosting",
    "Danke, das war es.", "Vielen Dank, das war's!", "Danke, das wars", "Danke, das war alles.", "Thanks, that was it.",
    "Thank you, that's all.", "Merci, c'est tout.", "Gracias, eso es todo", "Bedankt, dat was het",
    "👍", "Danke 🙏", "❤️", "Tack, det var allt", "Ok", "Perfekt!", "That's all.",
    "Hi Ada, perfect, thank you", "Hallo Frau Muster, vielen Dank!",
    "Liebe Ada,\n\nsuper, danke", "Thanks\nPeter",
]  # fmt: skip
CLOSE = [
    "Please close the ticket.", "You can close this case, thanks!", "Bitte den Fall schließen, danke", "Close",
    "Vous pouvez clôturer le dossier, merci.", "Pueden cerrar el caso, gracias", "Potete chiudere il caso",
    "U kunt het ticket sluiten", "Podem fechar o chamado, obrigado", "Proszę zamknąć zgłoszenie",
    "Ni kan stänga ärendet",
    "クローズしてください",
    "チケットをクローズしてください",
    "本件クローズでお願いいたします。",
    "本件はクローズしていただいて構いません。",
    "ケースを閉じてください。",
    "お世話になっております。\n\nチケットをクローズしてください。\n\n何卒よろしくお願い申し上げます。",
    "チケットのクローズをお願いいたします。",
    "問題が解決しましたので、チケットをクローズしてください。",
    "解決しましたので、クローズで問題ございません。",
    "ありがとうございました。チケットを閉じていただけますでしょうか。",
    "この件は終了していただいて大丈夫です。",
    "The case can now be closed.",
    "You can go ahead and close it.",
    "I would like to close this ticket.",
    "Sie können den Vorgang gerne schließen.",
    "Das Ticket kann jetzt geschlossen werden.",
    "Das Ticket können Sie schließen.",
    "Bitte mach das Ticket zu.",
    "Vous pouvez clôturer ce ticket.",
    "Le dossier peut être clôturé, merci.",
    "Je vous prie de clôturer ce dossier.",
    "Por favor, cierre el caso.",
    "El caso puede cerrarse.",
    "Por favor, cerrad la incidencia.",
    "Il ticket può essere chiuso.",
    "Chiuda pure la richiesta.",
    "Potete chiuderlo, grazie.",
    "Sluit het ticket alstublieft.",
    "Je mag het ticket sluiten.",
    "Het ticket kan gesloten worden.",
    "Por favor, feche o chamado.",
    "O chamado pode ser encerrado.",
    "Proszę o zamknięcie zgłoszenia.",
    "Mogą Państwo zamknąć zgłoszenie.",
    "Zgłoszenie może zostać zamknięte.",
    "Ni får gärna stänga ärendet.",
    "Det går bra att stänga ärendet.",
]  # fmt: skip
CLOSE_ASKED = [
    "Could you please close this ticket?", "Can you close the case?", "Could you please close this ticket.",
    "Hi Ada,\n\nit works now. Could you please close this case?\n\nBest regards\nKim Sample",
    "Could you please close this ticket as the issue is resolved? Thanks", "Can we close it?",
    "Can this ticket be closed now?", "Would you mind closing the ticket?",
    "Would it be possible to close this ticket?", "Könnten Sie das Ticket bitte schließen?",
    "Könnt ihr das Ticket zumachen?", "Kann das Ticket geschlossen werden?",
    "Darf ich Sie bitten, das Ticket zu schließen?", "Pourriez-vous clôturer ce ticket, s'il vous plaît ?",
    "Est-ce que vous pouvez clôturer le dossier ? Merci d'avance", "Le dossier peut-il être fermé ?",
    "¿Podrían cerrar el caso, por favor?", "¿Puede cerrarse el caso?", "Potreste chiudere la richiesta?",
    "È possibile chiudere il ticket?", "Kunt u het ticket sluiten?", "Zou u het ticket willen sluiten?",
    "Poderiam encerrar o chamado, por favor?", "O chamado pode ser encerrado?",
    "Czy mogą Państwo zamknąć zgłoszenie?", "Czy zgłoszenie może zostać zamknięte?", "Kan ni stänga ärendet?",
    "Kan du vara snäll och stänga ärendet, tack?", "チケットをクローズしていただけますか？",
    "本件をクローズしていただけませんか？", "ケースを閉じてもらえますか？",
]  # fmt: skip
OTHERS = [
    "Thank you, but it still fails.", "Thanks. The server is down.", "Danke, aber es geht nicht.",
    "Not solved, thanks", "Danke, das war es leider nicht.", "Thanks, that was it, until the server failed once more",
    "Solved? Thanks", "Thanks, when will it be fixed?", "Merci, mais le problème persiste.",
    "Das Problem ist nicht gelöst.",
    "It works now, but the calendar does not.", "Gracias, pero sigue igual", "Grazie, ma non funziona",
    "Bedankt, maar het werkt niet", "Obrigado, mas não funciona", "Dziękuję, ale nie działa",
    "Tack, men det fungerar inte",
    "ありがとうございます。しかしまだ動きません。", "Thanks in advance for looking into the broken import of contacts",
    "",
    "Please close the port on the firewall of host mx and restart it", "Severity: 1", "Thanks, error 500 again",
    "Firefox, that's all", "Firefox, thanks", "Chrome. Danke!", "ok, Firefox", "Perfect, Tuesday", "Dienstag passt",
    "Das Log liegt bei, danke", "Merci, Firefox et Chrome",
    "チケットをクローズしないでください。",
    "チケットはまだクローズできません。",
    "クローズする前に確認してください。",
    "ファイルを閉じてください。",
    "クローズボタンを押すと画面が消えます。",
    "Please close the account",
    "We cannot close the ticket",
    "The ticket was closed",
    "Das Ticket wurde geschlossen",
    "Das Fenster lässt sich schließen",
    "Le ticket est fermé",
    "Vous pouvez fermer le port",
    "Pueden cerrar la cuenta",
    "Il ticket è stato chiuso",
    "De poort kan gesloten worden",
    "A conta pode ser encerrada",
    "Proszę zamknąć konto",
    "Kontot kan stängas",
    "Please close the ticket once the server is back",
    "It was solved last week by your colleague and the same mail came back today",
    "Could you close the port on the firewall?", "When will you close this case?", "Why did you close my ticket?",
    "Could you close the ticket or escalate it?", "Could you explain how to close the ticket?",
    "When can you close the ticket?", "Could you not close the ticket yet?", "Can you close the case in May?",
    "Could you close the ticket? Or is there more to do?", "Can you please close the problem window?",
    "Können Sie den Port auf der Firewall schließen?", "Warum haben Sie mein Ticket geschlossen?",
    "Quand pouvez-vous fermer le dossier ?", "Pouvez-vous fermer le port ?", "¿Cuándo pueden cerrar el caso?",
    "¿Pueden cerrar el puerto?", "Quando potete chiudere il caso?", "Wanneer kunt u het ticket sluiten?",
    "Quando podem fechar o chamado?", "Kiedy możecie zamknąć zgłoszenie?", "När kan ni stänga ärendet?",
    "いつチケットをクローズしていただけますか？", "なぜチケットをクローズしたのですか？",
    "ファイルを閉じてもらえますか？",
]  # fmt: skip


@pytest.mark.parametrize("text", SOLVED)
def test_that_it_is_solved(text: str) -> None:
    assert farewell(text) == "solved"


@pytest.mark.parametrize("text", THANKS)
def test_thanks_alone(text: str) -> None:
    assert farewell(text) == "thanks"


@pytest.mark.parametrize("text", CLOSE)
def test_a_wish_to_close(text: str) -> None:
    assert farewell(text) == "close"


@pytest.mark.parametrize("text", CLOSE_ASKED)
def test_a_wish_to_close_put_as_a_question(text: str) -> None:
    assert farewell(text) == "close"


@pytest.mark.parametrize("text", OTHERS)
def test_who_writes_more_wants_more(text: str) -> None:
    assert farewell(text) == ""


@pytest.mark.parametrize("text", ["Yes", "Ja", "oui", "Sí.", "はい"])
def test_a_bare_yes(text: str) -> None:
    assert farewell(text) == "yes"


def test_the_writers_own_name_below_thanks_is_nothing_more() -> None:
    assert farewell("Vielen Dank!\n\nKim van der Muster", "Kim van der Muster") == "thanks"
    assert farewell("Vielen Dank!\n\nKim van der Muster") == ""


@given(st.text(max_size=700))
def test_any_text_is_judged(text: str) -> None:
    assert farewell(text) in ("thanks", "solved", "close", "yes", "")
