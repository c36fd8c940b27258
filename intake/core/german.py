"""What the program itself says, in German: each English sentence as the code has it, and the same one in German."""

from collections.abc import Mapping

GERMAN: Mapping[str, str] = {
    # names of clocks, states, severity acts, days and months
    "response": "erste Antwort",
    "update": "nächste Antwort",
    "resolution": "Lösung",
    "escalation": "Antwort auf die Eskalation",
    "information": "Angaben des Kunden",
    "new": "neu",
    "open": "offen",
    "waiting": "wartet auf den Kunden",
    "resolved": "gelöst",
    "closed": "geschlossen",
    "workaround": "Umgehung gegeben",
    "restored": "Dienst wiederhergestellt",
    "cannot go on": "der Kunde kann nicht weiterarbeiten",
    "minute": "Minute",
    "minutes": "Minuten",
    "hour": "Stunde",
    "hours": "Stunden",
    "business hour": "Geschäftsstunde",
    "business hours": "Geschäftsstunden",
    "working hour": "Arbeitsstunde",
    "working hours": "Arbeitsstunden",
    "business day": "Geschäftstag",
    "business days": "Geschäftstage",
    "working day": "Arbeitstag",
    "working days": "Arbeitstage",
    "to": "bis",
    "up to": "höchstens",
    "within": "höchstens",
    "best effort": "so bald wie möglich",
    "not available": "nicht vorgesehen",
    "Mon": "Mo",
    "Tue": "Di",
    "Wed": "Mi",
    "Thu": "Do",
    "Fri": "Fr",
    "Sat": "Sa",
    "Sun": "So",
    "Jan": "Januar",
    "Feb": "Februar",
    "Mar": "März",
    "Apr": "April",
    "May": "Mai",
    "Jun": "Juni",
    "Jul": "Juli",
    "Aug": "August",
    "Sep": "September",
    "Oct": "Oktober",
    "Nov": "November",
    "Dec": "Dezember",
    # how due times are counted
    "calendar": "Kalender",
    "opened": "eröffnet",
    "began": "begonnen",
    "goes on": "geht weiter",
    "{weekday} {day} {month}": "{weekday} {day}. {month}",
    "counted from {instant}": "gezählt ab {instant}",
    "{start} to {end} ({length})": "{start} bis {end} ({length})",
    "{count} more": "{count} weitere",
    "open {stretches}": "offen {stretches}",
    "days {days}": "Tage {days}",
    "closed {days}": "geschlossen {days}",
    "stood still from {start} to {end}: {cause}; {length} were left": (
        "stand still von {start} bis {end}: {cause}; {length} waren übrig"
    ),
    "Severity {level}": "Schweregrad {level}",
    "plan {plan}": "Vertrag {plan}",
    '{clock} target "{target}" for {by}': "{clock}: „{target}“ für {by}",
    '{clock} target "{target}", from the customer\'s contract': "{clock}: „{target}“ aus dem Vertrag des Kunden",
    "what is missing is asked for within {span}": "was fehlt, wird innerhalb von „{span}“ erbeten",
    "provisional: counts from the first response, or from its due time where that comes first": (
        "vorläufig: zählt ab der ersten Antwort oder ab deren Fälligkeit, wenn die vorher kommt"
    ),
    "raised: the old due time is the earlier one and stays": "erhöht: Die alte Frist ist die frühere und bleibt",
    "not exempt after all: it goes on with its old due time": "doch nicht ausgenommen: Die alte Frist gilt weiter",
    "answered while it was exempt": "beantwortet, während er ausgenommen war",
    "the sooner promise of {reference} holds": "die frühere Zusage von {reference} gilt",
    # alerts and other notices
    "the {clock} target nears": "Bald fällig: {clock}",
    "the {clock} target was missed": "Versäumt: {clock}",
    "still waits for triage": "Noch hat niemand den Fall gesichtet",
    "{clock} still open: level {level} of the ladder, {role}": "Noch offen: {clock}; Stufe {level} der Leiter, {role}",
    "information is missing, and no letter could ask the customer for it": (
        "Es fehlen Angaben, und keine Mail konnte den Kunden danach fragen"
    ),
    "information is missing, and our letters were held back": (
        "Angaben fehlen, und unsere Briefe wurden zurückgehalten"
    ),
    "the letters before it were held back in shadow mode": (
        "Die Briefe davor wurden im Schattenbetrieb zurückgehalten"
    ),
    "information is missing, and our letters came back": "Es fehlen Angaben, und unsere Mails kamen zurück",
    "information is still missing; a person has answered, so the case stays open": (
        "Es fehlen noch Angaben; jemand hat geantwortet, also bleibt der Fall offen"
    ),
    "information is still missing; the customer wrote, and nobody has answered yet": (
        "Es fehlen noch Angaben; der Kunde hat geschrieben, und niemand hat bisher geantwortet"
    ),
    "closed: what was missing did not come": "Geschlossen: Was fehlte, kam nicht",
    "a consent from {sender} came, but its sender is forged or not authorised; a person decides": (
        "Eine Zustimmung von {sender} kam, aber der Absender ist gefälscht oder unberechtigt; ein Mensch entscheidet"
    ),
    "a consent from {sender} came, but nobody vouches for the sender ({why}); a person decides": (
        "Eine Zustimmung von {sender} kam, doch niemand bürgt für den Absender ({why}); ein Mensch entscheidet"
    ),
    "the end customer consents by mail from {sender}; {how}": "Der Endkunde stimmt per Mail von {sender} zu; {how}",
    "its sender is authenticated": "ihr Absender ist nachgewiesen",
    "its sender could not be checked": "ihr Absender ließ sich nicht prüfen",
    "{who} asks for escalation": "{who} bittet um Eskalation",
    "the customer asks for escalation": "Der Kunde bittet um Eskalation",
    "the customer asks for escalation (urgent)": "Der Kunde bittet um Eskalation (dringend)",
    "the customer asks for escalation (non-urgent)": "Der Kunde bittet um Eskalation (nicht dringend)",
    "the customer asks for escalation, and there is no ladder": (
        "Der Kunde bittet um Eskalation, und es gibt keine Leiter"
    ),
    "escalation asked for too early: it may be asked for from {instant}": (
        "Zu früh um Eskalation gebeten: Möglich ist das ab {instant}"
    ),
    "escalation asked for, and the case is at the top of its ladder": (
        "Um Eskalation gebeten, und der Fall ist auf der obersten Stufe seiner Leiter"
    ),
    "{what} ({clause})": "{what} ({clause})",
    "level {level} of the ladder, {role}": "Stufe {level} der Leiter, {role}",
    "{who} writes that it is solved, or may be closed; a person or the customer's yes closes {case}": (
        "{who} schreibt, dass es gelöst ist oder geschlossen werden kann; "
        "{case} schließt ein Mensch oder das Ja des Kunden"
    ),
    "{who} asks for Severity {given}": "{who} wünscht Schweregrad {given}",
    "{wish}; the policy refuses it": "{wish}; die Richtlinie lehnt das ab",
    "follow-up asked for: {title}": "Um eine Nacharbeit gebeten: {title}",
    "{who}, who takes no part in {case}, wrote about it; nothing was sent to the customer": (
        "{who}, an {case} nicht beteiligt, schrieb dazu; an den Kunden ging nichts"
    ),
    "somebody without an address": "Jemand ohne Adresse",
    "{who} asks for Severity {wished} on {case}, which has Severity {severity}": (
        "{who} wünscht Schweregrad {wished} für {case}, der Schweregrad {severity} hat"
    ),
    "{who} wrote on {case}, which has Severity {severity}": (
        "{who} schrieb zu {case}, einem Fall mit Schweregrad {severity}"
    ),
    "{who} set {case} to Severity {severity}": "{who} hat {case} auf Schweregrad {severity} gesetzt",
    "{what}. The policy has you told at once ({clause}).": (
        "{what}. Die Richtlinie verlangt, dass Sie es sofort erfahren ({clause})."
    ),
    "{customer}: {count} cases of the kind {tag} within {days} days. {because}": (
        "{customer}: {count} Fälle der Art {tag} in {days} Tagen. {because}"
    ),
    "{case} was opened for {customer}, whose mail you passed on; letters go there.": (
        "{case} wurde für {customer} eröffnet, dessen Mail Sie weitergeleitet haben; die Antworten gehen dorthin."
    ),
    "{case} was opened from your mail, which does not say clearly whose case it is. "
    "Who is the customer? Reply with the line /customer ADDRESS.": (
        "{case} wurde zu Ihrer Mail eröffnet, die nicht klar sagt, wessen Fall es ist. "
        "Wer ist der Kunde? Antworten Sie mit der Zeile /customer ADRESSE."
    ),
    "{case} was opened from a mail in your name; nobody was written to: {doubt}. "
    "Who is the customer? Reply with the line /customer ADDRESS.": (
        "{case} wurde zu einer Mail in Ihrem Namen eröffnet; niemand wurde angeschrieben: {doubt}. "
        "Wer ist der Kunde? Antworten Sie mit der Zeile /customer ADRESSE."
    ),
    "{who} writes": "{who} schreibt",
    "{who} writes, but nobody vouches for the sender ({why})": "{who} schreibt, doch niemand bürgt dafür ({why})",
    "{who} said that the case may be closed": "{who} sagt, dass der Fall geschlossen werden kann",
    "thanks: the case stays {state}": "Ein Dank: Stand bleibt „{state}“",
    "thanks: nothing is asked of us": "Ein Dank: Von uns wird nichts erbeten",
    "say who gets the case: me, an address, a role, or nobody": (
        "sagen Sie, wer den Fall bekommt: me, eine Adresse, eine Rolle oder nobody"
    ),
    "{who} is none of the desk's people; `intake agent add` adds them": (
        "{who} gehört nicht zum Team; `intake agent add` nimmt sie auf"
    ),
    "mail to {failed} came back for good": "Die Mail an {failed} kam endgültig zurück",
    "the copy for {failed} came back for good; the customer's own letter did not": (
        "Die Kopie für {failed} kam endgültig zurück; der Brief an den Kunden selbst nicht"
    ),
    "mail reaches {who} again: they wrote, and nobody doubts the sender": (
        "Mails erreichen {who} wieder: Sie schrieben, und am Absender ist kein Zweifel"
    ),
    "the server would not give the mail; it was left where it is: {place}": (
        "Der Server gab die Mail nicht heraus; sie blieb, wo sie ist: {place}"
    ),
    "the mail of {size} MB is too big and was left where it is: {place}; only its headers are kept": (
        "Die Mail von {size} MB ist zu groß und blieb, wo sie ist: {place}; nur ihr Kopf ist aufbewahrt"
    ),
    "its recipient address carries the case's signed token": "Ihr Empfänger trägt das signierte Zeichen des Falls",
    "it replies to a message of the case": "Die Mail antwortet auf eine Nachricht des Falls",
    "its subject names the case": "Der Betreff der Mail nennt den Fall",
    "{evidence} {case}, but the writer takes no part in it and is not proven to belong to its customer": (
        "{evidence} {case}, doch wer schrieb, nimmt daran nicht teil und gehört nicht nachweislich zum Kunden"
    ),
    "{why}: opened as a case of its own": "{why}: als eigener Fall eröffnet",
    # why a mail in the name of somebody of the desk is not obeyed
    "a mail from {sender} in the name of {person} was kept, and nothing else was done: {doubt}": (
        "eine Mail von {sender} im Namen von {person} wurde aufbewahrt, sonst ist nichts geschehen: {doubt}"
    ),
    "a mail of {sender} was kept, and nothing else was done: {doubt}": (
        "eine Mail von {sender} wurde aufbewahrt, sonst ist nichts geschehen: {doubt}"
    ),
    "nobody": "niemandem",
    "it is old mail": "sie ist alt",
    "it came from {sender}, who is none of the desk's people": "sie kam von {sender}, und das ist niemand vom Support",
    "its From can be read in more than one way": "ihr From lässt sich auf mehr als eine Art lesen",
    "nothing proves that {sender} sent it ({why})": "nichts belegt, dass sie von {sender} kommt ({why})",
    "it carries no token: answer a notice by replying to it": (
        "ihr fehlt das Zeichen: Antworten Sie direkt auf eine Benachrichtigung"
    ),
    "it came from {sender} with the token of {holder}": "sie kam von {sender} mit dem Zeichen von {holder}",
    "it is a copy of mail {number}, which was obeyed already": (
        "sie ist eine Kopie von Mail {number}, die schon ausgeführt wurde"
    ),
    "no host or signature was there to say so": "kein Server und keine Signatur bestätigt es",
    "{host} does not vouch for {domain}": "{host} bürgt nicht für {domain}",
    "{host} says dmarc=fail": "{host} meldet dmarc=fail",
    "{host} says {method}=pass for {domain}": "{host} meldet {method}=pass für {domain}",
    "{host} says nothing about this mail": "{host} sagt nichts zu dieser Mail",
    "From can be read in more than one way": "From lässt sich auf mehr als eine Art lesen",
    "From names no domain": "From nennt keine Domain",
    "the signature of {domain} holds": "die Signatur von {domain} gilt",
    "signed in as {login}": "angemeldet als {login}",
    # why a mail is parked
    "it answers a digest of several cases and does not say which of them it is about": (
        "sie antwortet auf eine Sammelmail mit mehreren Fällen und sagt nicht, welchen sie meint"
    ),
    "cannot be read: {problem}": "nicht lesbar: {problem}",
    "no route has the address {route} any more": "keine Route hat mehr die Adresse {route}",
    "deciding failed: {error}": "das Entscheiden schlug fehl: {error}",
    "reading failed: {error}": "das Lesen schlug fehl: {error}",
    "reading broke off every time": "das Lesen brach jedes Mal ab",
    "more than {most} parts": "mehr als {most} Teile",
    "parts nested more than {most} deep": "Teile, die mehr als {most}-fach verschachtelt sind",
    "a header of {size} bytes, more than {most}": "ein Kopf von {size} Bytes, mehr als {most}",
    "a header of more than {most} lines": "ein Kopf von mehr als {most} Zeilen",
    "too big for parts nested so deep": "zu groß für so tief verschachtelte Teile",
    "too many lines that look like boundaries": "zu viele Zeilen, die wie Trennlinien aussehen",
    "nested too deep to be read": "zu tief verschachtelt, um gelesen zu werden",
    # the table of commands
    "the whole mail is a note; nothing goes to the customer": "die Mail ist eine Notiz; an den Kunden geht nichts",
    "sets the severity": "setzt den Schweregrad",
    "gives the case to you, an ADDRESS, a role, or nobody": (
        "gibt den Fall Ihnen (me), einer Adresse, einer Rolle oder niemandem (nobody)"
    ),
    "you have it: notices are not repeated": "Sie haben ihn: Benachrichtigungen werden nicht wiederholt",
    "answers of people go to this address, too": "Antworten von Menschen gehen auch an diese Adresse",
    "answers of people go to this address no more": "Antworten von Menschen gehen nicht mehr an diese Adresse",
    "the case is this customer's": "der Fall gehört diesem Kunden",
    "does without a field of the form": "verzichtet auf ein Feld des Formulars",
    "the customer has the next turn": "der Kunde ist am Zug",
    "the next turn is ours": "wir sind am Zug",
    "a workaround was given": "eine Umgehung wurde gegeben",
    "the service is back": "der Dienst läuft wieder",
    "the customer cannot go on with it now": "der Kunde kann damit jetzt nicht weiterarbeiten",
    "the cause is not ours": "die Ursache liegt nicht bei uns",
    "records what was agreed with the customer": "hält fest, was mit dem Kunden vereinbart ist",
    "a follow-up is done": "eine Nacharbeit ist erledigt",
    "moves the case one level up": "hebt den Fall eine Stufe höher",
    "the case is resolved; the customer is told": "der Fall ist gelöst; der Kunde erfährt es",
    "the case is closed": "der Fall ist geschlossen",
    "this case becomes a part of that one": "der Fall wird ein Teil jenes Falls",
    "that mail becomes a case of its own; without a number, the mails are listed": (
        "jene Mail wird ein eigener Fall; ohne Nummer kommt die Liste der Mails"
    ),
    "closes it as spam; nothing more is answered": "schließt ihn als Spam; es wird nichts mehr beantwortet",
    "this table comes back; nothing goes to the customer": "diese Liste kommt zurück; an den Kunden geht nichts",
    # what became of commands
    "done": "erledigt",
    "done: {commands}": "erledigt: {commands}",
    "refused: {commands}": "abgelehnt: {commands}",
    "Nothing was done: {commands}": "Nichts ist geschehen: {commands}",
    "sent to {to}": "gesendet an {to}",
    "a letter of ours goes to {to}": "eine Nachricht von uns geht an {to}",
    "your answer is on the case": "Ihre Antwort steht am Fall",
    "what you can do by mail": "was Sie per Mail tun können",
    "kept as a note": "als Notiz behalten",
    "nothing was sent to the customer": "nichts ging an den Kunden",
    "a note was added": "eine Notiz kam dazu",
    "agreed with the customer: {what}": "mit dem Kunden vereinbart: {what}",
    "assigned to {whom}": "zugewiesen: {whom}",
    "assigned to nobody": "niemandem zugewiesen",
    "{by} assigned this case to {who}": "{by} hat diesen Fall {who} zugewiesen",
    "you": "Ihnen",
    "the role {role}": "der Rolle {role}",
    "{who} has it: no more repeats": "{who} hat ihn: nichts wird mehr wiederholt",
    "{before} becomes {after}": "{before} wird zu {after}",
    "{field} is not needed here": "{field} wird hier nicht gebraucht",
    "nothing is missing any more": "es fehlt nichts mehr",
    "closed as spam; nothing more is answered": "als Spam geschlossen; es wird nichts mehr beantwortet",
    "not ours: {because}": "nicht unsere Ursache: {because}",
    "{who} escalated the case by hand": "{who} hat den Fall von Hand eskaliert",
    "done: {title}": "erledigt: {title}",
    "{who} gets a copy of answers from now on": "{who} bekommt ab jetzt Kopien der Antworten",
    "{case} follows {before}, which was closed too long ago to be reopened.": (
        "{case} folgt auf {before}; der Fall ist schon zu lange geschlossen, um ihn wieder zu öffnen."
    ),
    "{who} gets no more copies of answers, and takes no part from now on": (
        "{who} bekommt keine Kopien der Antworten mehr und ist ab jetzt nicht mehr beteiligt"
    ),
    "{who} gets no copy of the answers on {case}; copies go to {known}": (
        "{who} bekommt keine Kopien der Antworten zu {case}; Kopien gehen an {known}"
    ),
    "{who} gets no copy of the answers on {case}; nobody does": (
        "{who} bekommt keine Kopien der Antworten zu {case}, und auch sonst niemand"
    ),
    "{case} is {whose}'s; first hand it over to somebody else": (
        "{case} gehört {whose}; übergeben Sie den Fall erst jemand anderem"
    ),
    "the case is {whose}'s, a contact of {customer}": "der Fall gehört {whose}, Kontakt von {customer}",
    "the case is {whose}'s, whom nobody knows": "der Fall gehört {whose}, uns nicht bekannt",
    "{customer} has a contract under {there}, but none under {here}": (
        "{customer} hat einen Vertrag nach {there}, aber keinen nach {here}"
    ),
    "Severity {before} becomes {after}": "Schweregrad {before} wird {after}",
    "Severity {after} confirmed": "Schweregrad {after} bestätigt",
    "Severity {severity} stays; the customer asked for {wished}": (
        "Schweregrad {severity} bleibt; der Kunde wünschte {wished}"
    ),
    "A person of the support team set Severity {level}.": (
        "Jemand aus dem Supportteam hat Severity {level} festgesetzt."
    ),
    "met: a workaround was given": "erfüllt: Eine Umgehung wurde gegeben",
    "{clock} {old} becomes {new}": "{clock}: {old} wird zu {new}",
    "due {instant}": "fällig {instant}",
    "without a due time": "ohne Frist",
    # why commands are refused
    "no such command": "diesen Befehl gibt es nicht",
    '"{written}" is no command; perhaps {meant} was meant': (
        "„{written}“ ist kein Befehl; gemeint war vielleicht {meant}"
    ),
    '"{written}" is no command; /help lists them': "„{written}“ ist kein Befehl; /help nennt sie",
    " or ": " oder ",
    '"{written}" stands below other words; commands stand in the first lines': (
        "„{written}“ steht unter anderen Worten; Befehle stehen in den ersten Zeilen"
    ),
    "not done, since the mail was stopped": "nicht ausgeführt, weil die Mail angehalten wurde",
    "not done, since the customer has this mail; write it in a reply to a notice": (
        "nicht ausgeführt, weil der Kunde diese Mail hat; schreiben Sie es in eine Antwort auf eine Benachrichtigung"
    ),
    "not done, since the answer was not sent: {problem}": (
        "nicht ausgeführt, weil die Antwort nicht hinausging: {problem}"
    ),
    'no act is named "{name}"; known are {known}': "„{name}“ gibt es nicht; bekannt sind {known}",
    "{case} is a part of {whole} by now; do it there": "{case} gehört jetzt zu {whole}; tun Sie es dort",
    "{case} was erased on request and takes notes alone; a new matter is a new case": (
        "{case} wurde auf Verlangen gelöscht und nimmt nur noch Notizen an; ein neues Anliegen ist ein neuer Fall"
    ),
    "an empty reply would be sent; give its text": "die Antwort wäre leer; geben Sie ihren Text an",
    "{case} has nobody to reply to: its mail named no sender": (
        "{case} hat niemanden, dem man antworten könnte: Die Mail nannte keinen Absender"
    ),
    "an empty note says nothing; give its text": "eine leere Notiz sagt nichts; geben Sie ihren Text an",
    "say what was agreed with the customer": "sagen Sie, was mit dem Kunden vereinbart ist",
    '"{written}" is neither an address nor a role; the roles of {policy} are {roles}': (
        "„{written}“ ist weder eine Adresse noch eine Rolle; die Rollen von {policy} sind {roles}"
    ),
    'no status "{written}"; right would be one of {known}': "kein Stand heißt „{written}“; richtig wäre {known}",
    "{case} is {state} already": "{case}: Stand ist schon „{state}“",
    '"{written}" is not missing in {case}; missing: {known}': "„{written}“ fehlt {case} nicht; es fehlt: {known}",
    "none is missing": "nichts",
    "none is open": "keine",
    "{case} is closed as spam and gets no answer; open it first": (
        "{case} ist als Spam geschlossen und bekommt keine Antwort; erst öffnen"
    ),
    "{case} is closed as spam already": "{case} ist schon als Spam geschlossen",
    "say why the cause is not ours: the reason stays on the case": (
        "sagen Sie, warum die Ursache nicht bei uns liegt: Der Grund bleibt am Fall"
    ),
    "{case} has no open resolution target": "{case} hat keine offene Frist für die Lösung",
    "{policy} has no ladder to climb": "{policy} hat keine Leiter",
    "{case} waits for no consent": "{case} wartet auf keine Zustimmung",
    "say who consented, and how": "sagen Sie, wer zugestimmt hat und wie",
    '{case} has no missed "{clock}"': "{case} hat nichts versäumt, das „{clock}“ heißt",
    "say why it was not missed: the reason stays on the case": (
        "sagen Sie, warum es nicht versäumt war: Der Grund bleibt am Fall"
    ),
    '{case} has no open follow-up "{written}"; open: {known}': (
        "{case} hat keine offene Nacharbeit „{written}“; offen: {known}"
    ),
    "name one to {most} mail addresses, such as kim@hosting.example": (
        "nennen Sie eine bis {most} Mailadressen, etwa kim@hosting.example"
    ),
    '"{written}" is no mail address': "„{written}“ ist keine Mailadresse",
    '"{written}" is no mail address; right would be kim@hosting.example': (
        "„{written}“ ist keine Mailadresse; richtig wäre kim@hosting.example"
    ),
    "answers go to {who} already": "Antworten gehen schon an {who}",
    "{case} is {whose}'s already": "{case} gehört schon {whose}",
    'no severity "{written}" under {policy}; right would be one of {known}': (
        "{policy} hat keinen Schweregrad „{written}“; richtig wäre {known}"
    ),
    "{case} has Severity {severity} already": "{case} hat schon Schweregrad {severity}",
    "{case} stays at Severity {severity}: {because} ({clause})": (
        "{case} bleibt bei Schweregrad {severity}: {because} ({clause})"
    ),
    '"{written}" says nothing; right would be "yes" or "no"': "„{written}“ sagt nichts; richtig wäre „yes“ oder „no“",
    "{policy} has no targets for critical cases": "{policy} hat keine Fristen für kritische Fälle",
    "{case} is critical already": "{case} ist schon kritisch",
    "{case} is not critical already": "{case} ist ohnehin nicht kritisch",
    "{case} is exempt already": "{case} ist schon ausgenommen",
    '{policy} has no "{act}" at Severity {severity}; `severity` changes it with a reason': (
        "{policy} kennt bei Schweregrad {severity} kein „{act}“; `/severity` ändert ihn mit einem Grund"
    ),
    '{policy} has no "{act}" at all; `severity` changes it with a reason': (
        "{policy} kennt kein „{act}“; `/severity` ändert den Schweregrad mit einem Grund"
    ),
    # merging and splitting
    "the first response was given on {case}": "die erste Antwort wurde in {case} gegeben",
    "the first response is owed again: it was given on {case}, which is no part any more": (
        "die erste Antwort ist wieder offen: Sie wurde in {case} gegeben, das kein Teil mehr ist"
    ),
    "{part} cannot become a part of itself": "{part} kann nicht Teil von sich selbst werden",
    "{part} is a part of {whole} already": "{part} ist schon ein Teil von {whole}",
    "{part} is a part of {whole}; merge into that": "{part} ist ein Teil von {whole}; fügen Sie dort ein",
    "{part} is under {policy}, {whole} under {other}": "{part} steht unter {policy}, {whole} unter {other}",
    "{part} and {whole} are two customers': what one wrote is not for the other": (
        "{part} und {whole} gehören zwei Kunden: was der eine schrieb, ist nicht für den anderen"
    ),
    "one of them is private: what stands in it is for its own role alone": (
        "einer von beiden ist privat: was darin steht, ist für seine eigene Rolle allein"
    ),
    "it is a part of {whole} from now on{why}": "er ist ab jetzt ein Teil von {whole}{why}",
    "{part} is a part of this case from now on{why}": "{part} ist ab jetzt ein Teil dieses Falls{why}",
    "one of /merge and /split is done for a mail; write another one": (
        "je Mail gilt ein /merge oder /split; schreiben Sie eine weitere"
    ),
    'no case has the reference "{written}"': "kein Fall hat die Nummer „{written}“",
    "mail {number}": "Mail {number}",
    "{mails} became {case}": "{mails} wurde zu {case}",
    "none": "keine",
    "{case} has no mail {number}; it has {known}": "{case} hat keine Mail {number}; er hat {known}",
    "say which mail of {case}; it has {known}": "nennen Sie die Mail von {case}; er hat {known}",
    "{case} would be left without a mail; it has {known}": "{case} bliebe ohne eine Mail zurück; er hat {known}",
    # letters that commands bring about, and why they do not go out
    "the acknowledgment": "die Eingangsbestätigung",
    "the question for what is missing": "die Frage nach dem, was fehlt",
    "the letter that there is no right to support": "die Nachricht, dass kein Anspruch auf Support besteht",
    "the letter that asks for a registered address": "die Nachricht, die um eine hinterlegte Adresse bittet",
    "the letter that the case was escalated": "die Nachricht, dass der Fall eskaliert wurde",
    "the letter about the severity": "die Nachricht über den Schweregrad",
    "the letter that the case is resolved": "die Nachricht, dass der Fall gelöst ist",
    "the address had its letters of the hour": "die Adresse hat in dieser Stunde genug Nachrichten bekommen",
    "the case was closed as spam": "der Fall wurde als Spam geschlossen",
    "old mail of a mailbox's first sight is not answered": (
        "alte Mail, die beim ersten Blick im Postfach lag, wird nicht beantwortet"
    ),
    "a trusted filter says junk": "ein Filter, dem wir glauben, nennt es Spam",
    "the return path is null": "der Rückweg ist leer",
    "the mail is older than a day": "die Mail ist älter als ein Tag",
    "there is no address that may be answered": "es gibt keine Adresse, der geantwortet werden darf",
    "the address is one of ours": "die Adresse ist eine von unseren",
    "the address takes no answers": "die Adresse nimmt keine Antworten an",
    "mail to the address came back": "Mail an die Adresse kam zurück",
    "the case had this kind of letter already": "zu dem Fall gab es eine solche Nachricht schon",
    "shadow mode: nothing leaves": "Schattenbetrieb: nichts geht hinaus",
    "nothing speaks against it": "nichts spricht dagegen",
    "waits for the digest": "sie wartet auf die Sammelmail",
    # why an answer did not go out, or a file did not go along
    "it is a note, as /note says": "es ist eine Notiz, wie /note sagt",
    "/help asks for the table of commands": "/help bittet um die Liste der Befehle",
    "a case that is spam gets no answer": "ein Fall, der Spam ist, bekommt keine Antwort",
    "it passes on somebody else's mail": "es ist die weitergeleitete Mail von jemand anderem",
    "it has commands alone": "sie enthält nur Befehle",
    "it has no words for the customer": "sie enthält nichts an den Kunden",
    "it has no words for the customer; a file goes out with an answer only, so write a line above it and "
    "send it again": (
        "sie enthält nichts an den Kunden; eine Datei geht nur mit ein paar Worten hinaus, also schreiben Sie eine "
        "Zeile dazu und senden Sie sie noch einmal"
    ),
    'it still holds a line of our notice, "{leak}"; delete what you quote': (
        "sie enthält noch eine Zeile unserer Benachrichtigung, „{leak}“; löschen Sie das Zitat"
    ),
    "the same words went out before": "dieselben Worte gingen schon hinaus",
    "encrypted (PGP): the text cannot be read here": "verschlüsselt (PGP): Der Text lässt sich hier nicht lesen",
    "encrypted (PGP): a part of the text cannot be read here": (
        "verschlüsselt (PGP): Ein Teil des Textes lässt sich hier nicht lesen"
    ),
    "encrypted (S/MIME): the text cannot be read here": "verschlüsselt (S/MIME): Der Text lässt sich hier nicht lesen",
    "{file} ({because})": "{file} ({because})",
    "more than {most} MB in all": "zusammen mehr als {most} MB",
    "it cannot be read": "sie lässt sich nicht lesen",
    "a mail may hold what is internal": "eine Mail kann Internes enthalten",
    "a picture outside of your words": "ein Bild außerhalb Ihrer Worte",
}
