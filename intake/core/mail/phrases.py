"""What machines write, language by language, as patterns without regard to case."""

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), re.IGNORECASE)


# What answering machines put before a subject.
AWAY_SUBJECT = _any(
    r"auto(matic|mated)?[- ]?(reply|response|re\b|replied)|auto(?=:)",
    r"out[- ]of[- ](the )?office|ooo\b|on (vacation|holiday|leave)|away from (the|my) (office|desk|mail)",
    r"vacation (reply|response|notice)",
    r"auto(matische)?[- ]?(antwort|rückantwort|abwesenheits\w*|e-?mail)",
    r"abwesen(d|heit(snotiz|snachricht|smeldung|sassistent|))\b",
    r"nicht im (büro|haus)|bin im urlaub|urlaubs(notiz|vertretung|meldung)",
    r"réponse automatique|absen(ce|te?) du bureau|absence\b|message d'absence|en congés?\b",
    r"respuesta autom[áa]tica|fuera de (la )?oficina|ausente\b|ausencia\b|de vacaciones",
    r"risposta automatica|fuori (sede|ufficio)|assen(za|te)\b",
    r"automatische? (antwoord|beantwoording|bericht)|afwezig\w*|niet aanwezig|buiten kantoor",
    r"resposta autom[áa]tica|fora d[oe] escritório|ausência",
    r"odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|nieobecn\w+|poza biurem",
    r"autosvar|automati(skt?|c) svar|frånvaro\w*|ej på kontoret|fravær\w*|ikke (på kontoret|til stede)|autosvar",
    r"automaattinen vastaus|poissaolo\w*|automatická odpověď|mimo kancelář|nepřítomnost\w*",
    r"автоматический ответ|автоответ\w*|вне офиса|otomatik yanıt|automatikus válasz|răspuns automat",
    r"automatická odpoveď|automatski odgovor|samodejni odgovor|αυτόματη απάντηση|автоматична відповідь",
    r"자동 ?(회신|응답)",
    r"自動(応答|返信|送信)|不在(通知|連絡|の(お知らせ|ご連絡)|です)|自动(回复|答复)|自動(回覆|答覆)|外出通知",
)
# What they write in the text.
AWAY_TEXT = _any(
    r"\bi('m| am|'ll be| will be)( \w+){0,2} (away|absent|unavailable|travell?ing|ooo)\b",
    r"\bi('m| am|'ll be| will be)? (currently |presently )?(out of (the |my )?office|away from)",
    r"\bi('m| am|'ll be| will be)? (currently |presently )?on (\w{1,10} leave|leave|vacation|holidays?|pto)\b",
    r"\bi('m| am|'ll be| will be) (currently )?out (until|till|from|through|this week|next week)\b",
    r"\boffices? (is|are|will be) (currently )?closed (for|from|until|on)\b",
    r"thank you for (your|contacting)[^.\n]{0,80}(automat|out of)|this is an auto(matic|mated)",
    r"\b(bin|befinde mich|sind) [^\n]{0,80}(nicht im (büro|hause?)|außer haus|im urlaub|abwesend|nicht erreichbar)",
    r"\b(bin|sind) [^\n]{0,60}(in (urlaub|elternzeit)|im mutterschutz|auf dienstreise|eingeschränkt erreichbar)",
    r"\b(bin|sind|stehe) [^\n]{0,60}(wieder (erreichbar|für sie da|im (büro|hause?|dienst))|zurück\b)",
    r"\bnicht im (büro|hause?)\b|\b(habe|haben) (bis \S{1,12} )?(urlaub|betriebsferien)\b",
    r"\bbüros? [^\n]{0,40}geschlossen\b|dies ist eine automatisch",
    r"je (suis|serai) [^.\n]{0,40}(absent|en (congés?|déplacement)|de retour)|absente? du bureau",
    r"actuellement (absent|en congés?)|bureaux? [^.\n]{0,40}fermés?\b",
    r"(estoy|estaré|me encuentro) [^.\n]{0,40}(fuera|ausente|de (vacaciones|baja))",
    r"(sono|sarò|mi trovo) [^.\n]{0,40}(assente|fuori|in (ferie|trasferta))|uffici\w? [^.\n]{0,40}chius",
    r"(ik ben|ben ik) [^.\n]{0,40}(afwezig|niet (aanwezig|op kantoor)|(met|op) (vakantie|verlof))",
    r"(estou|estarei|encontro-me) [^.\n]{0,40}(ausente|fora|(de|em) férias)",
    r"(jestem|przebywam|będę) [^.\n]{0,40}(nieobecn|na (urlopie|zwolnieniu))|poza biurem",
    r"jag (är|har) [^.\n]{0,40}(borta|bortrest|ledig|semester|inte på kontoret)|jag är åter\b",
    r"jeg (er|har|holder) [^.\n]{0,40}(ferie|ikke på kontoret|fraværende|bortrejst|tilbage på kontoret)",
    r"olen [^.\n]{0,40}(lomalla|poissa)",
    r"jsem [^.\n]{0,40}(na dovolené|nepřítom)|я (сейчас )?(в отпуске|отсутствую)|нахожусь в отпуске",
    r"jsem mimo kancelář|som (mimo kancelárie|na dovolenke)",
    r"(szabadságon|házon kívül) vagyok|nem vagyok az irodában",
    r"(nu sunt la birou|sunt [îi]n concediu)|ofis dışında|izindeyim|nisam u uredu|na (dopustu|godišnjem odmoru)",
    r"εκτός γραφείου|у відпустці|부재 ?중",
    r"不在に(して|いたし)|休暇(中|を(いただ|取得))|(出張|産休|育休)中|外出(して|いたし)|休業(と|させ|いたし)",
    r"正在休假|不在办公室|返回办公室|(휴가|출장) ?중",
    r"(automated|automatic|auto-?) ?(response|reply) to (your|the|a) (message|mail|e-?mail)",
)
# What is said of somebody who has left, and of a mailbox that nobody reads.
GONE = _any(
    r"no longer (works? (for|with|at|here)|employed|with (the|this|our) (company|organi[sz]ation)|part of)",
    r"(mailbox|e-?mail address|address|account) is (not|no longer) (actively )?(monitored|in use|used|active|valid)",
    r"nicht mehr (für|bei|in) [^.\n]{0,60}(tätig|beschäftigt|im unternehmen)|nicht mehr im unternehmen",
    r"ne (travaille|fait) plus (partie|chez|pour)|ya no (trabaja|forma parte)",
    r"non lavora più|werkt niet (langer|meer) (bij|voor)",
)
# What absence notes say besides: whom to ask meanwhile, when somebody is back, and what becomes of mail.
MEANWHILE = _any(
    r"urgen|emergenc|immediate|contact|absence|access to|\breturn|\bback\b|respon[ds]|reply|forward|colleague|\bcall\b",
    r"dringend|notf[aä]ll|wende|kontakt|vertret|abwesen|rückkehr|zurück|weitergeleitet|gelesen|beantwort|meld|telefon",
    r"erreich|kolleg|retour|répon|transfér|collègue|joindre|limit|ausencia|regres|vuelta|compañer|acceso",
    r"contatt|assenza|rientr|rispo|collega|access|spoed|afwezigheid|terug|bereikbaar|contato|ausência|retorn|acesso",
    r"piln|nieobecno|powr|odpowi|zastęp|dostęp|brådsk|frånvaro|åter|svar|tillgång|haster|fravær|tilbage|kiire|naléhav",
    r"срочн|свяж|верн|緊急|お急ぎ|連絡|戻り|返信|返事|対応|紧急|联系|긴급|문의",
)
# What becomes of the mail that such a note answers, which nobody tells who read it.
UNREAD = _any(
    r"your (e-?mails?|messages?) (will (not )?be|(is|are) not( being)?) (read|forwarded|processed|monitored|answered)",
    r"(respond|reply) to your (e-?mail|message|[ie]nquiry) (when|as soon as|once|upon|after|on) (i|my)\b",
    r"(ihre|deine) (e-?mails?|mails?|nachricht(en)?) (wird|werden) [^.\n]{0,40}(weitergeleitet|gelesen|bearbeitet)",
    r"(ihre|deine) (e-?mail|mail|nachricht)[^.\n]{0,60}(nach meiner rückkehr|sobald ich (wieder|zurück))",
    r"vo(tre|s) (messages?|e-?mails?|courriels?|mails?) (ne )?(sera|seront)[^.\n]{0,20}(lus?|transférés?)\b",
    r"répondrai à votre (message|e-?mail|courriel|mail) (dès|à) mon",
    r"su (mensaje|correo( electrónico)?) (no )?será (leído|reenviado)|a su (mensaje|correo) (a mi|cuando)",
    r"(la (sua|vostra)|il (suo|vostro)) (e-?mail|mail|messaggio) (non )?(sarà|verrà) (lett|inoltrat)",
    r"(uw|je) (e-?mail|mail|bericht) wordt (niet )?[^.\n]{0,20}(doorgestuurd|gelezen)",
    r"sua mensagem (não )?será (lida|encaminhada)|wiadomość nie (zostanie|będzie) (przekazan|przeczytan)",
    r"(ditt|din) (mejl|e-?post|mail|meddelande) (läses|vidarebefordras) inte",
)
# Subjects that people write as well, where nothing else stands in them.
AWAY_WORDS = re.compile(
    r"\s*(out[- ]of[- ](the )?office|ooo|on (vacation|holiday|leave)|abwesen(d|heit)|nicht im (büro|haus)|absen(ce|te?)"
    r"|en congés?|ausente|ausencia|ausência|de vacaciones|assen(za|te)|fuori (sede|ufficio)|afwezig(heid)?"
    r"|nieobecno\w+|frånvaro|fravær|poissaolo|nepřítomnost|不在(です|のお知らせ|のご連絡)?)[\s.!]*",
    re.IGNORECASE,
)
# How answering machines begin.
THANKS_FOR_MAIL = _any(
    r"(many )?thank(s| you)( very much)? for (your )?(e-?mail|mail|message|[ie]nquiry|contacting|getting in touch)",
    r"(vielen |herzlichen )?dank(e)? für (ihre|deine|die) (e-?mail|mail|nachricht|anfrage)",
    r"merci (de|pour) votre (e-?mail|message|courriel|mail)|(muchas )?gracias por su (correo|mensaje|e-?mail)",
    r"(la )?(ringrazio|grazie) per (la (sua|tua) )?(e-?mail|mail|messaggio)",
    r"(hartelijk )?(bedankt|dank) voor (uw|je) (e-?mail|mail|bericht)",
    r"obrigad[oa] pel[oa] (seu|sua) (e-?mail|mensagem)|dziękuję za (wiadomość|e-?mail|maila)",
    r"tack för (ditt|er[t]?) (e-?mail|mail|mejl|meddelande)|tak for din (e-?mail|mail)|メールを?(いただき|頂き)",
)
# Words after which somebody tells of a time that may come, not of being away.
SUPPOSING = _any(
    r"\b(when(ever)?|if|wenn|falls|sobald|quand|lorsque|cuando|wanneer|indien|jeśli|jeżeli|gdy|när|når|když|когда|если)"
    r"\b[^.,;:!?\n]{0,80}",
)
# What came of an answer, which nobody knows but who tried it.
HELPED = _any(
    r"\b(helped|solved|fixed)\b|\b(that|it|this|everything|all) (now )?(works|worked|is working|is resolved)\b",
    r"\b(has been|was|is) (now )?resolved\b|\bdid the (job|trick)\b|\ball good\b",
    r"\bhat (\w+ )?(geholfen|funktioniert|geklappt|sich erledigt)\b|\b(ist|wurde) (\w+ )?(gelöst|behoben|erledigt)\b",
    r"\b(es|alles|jetzt|das) (\w+ )?(funktioniert|läuft|klappt|geht)\b|(^|[.,!] ?)(gelöst|behoben|erledigt)\b",
    r"\b(résolue?|réglée?)\b|\ba (bien )?(fonctionné|marché|aidé)|\b(ça|cela|tout) (marche|fonctionne)\b",
    r"\b(funcionó|funciona|ayudó|sirvió|resuelt[oa]|solucionad[oa])\b",
    r"\bha (funzionato|aiutato)\b|\bfunziona\b|\brisolt[oa]\b",
    r"\b(opgelost|geholpen|verholpen|werkt (nu|weer))\b|\b(funcionou|ajudou|resolveu|resolvid[oa])\b",
    r"\b(pomogło|zadziałało|działa|rozwiązan[eya])\b|\b(hjälpte|löst|fungerade|fungerar (nu|igen))\b",
    r"(解決|解消)(し|いたし|致し)ました|助かりました|直りました|動(作し|き)ました",
)
# What tells of a fault, as answering machines do not.
FAULT = _any(
    r"\b(is|are|was|were|has|have|does|do|did)(n't| not| never) (been )?(being )?"
    r"(work|sent|send|delivered|deliver|arriv|triggered|trigger|show|start|load|appear|sav|stored|possible)",
    r"\bno longer (works?\b(?! (for|with|at|here)\b)|working|sent|sends?)\b|\bbroken\b",
    r"\b(fails|failed|failing) to\b|\bstopped (working|sending)",
    r"error (message|code|\d)|\bexception\b|\bcrash(es|ed)?\b|\bbug\b|\b(nobody|no one) (gets|receives)",
    r"(funktionier|klapp)\w* (seit [^.\n]{1,30} )?(leider )?nicht|geht (leider )?nicht( mehr)?\b|fehlermeldung",
    r"(wird|werden|wurde) [^.\n]{0,60}nicht( mehr)? (verschickt|versandt|versendet|gesendet|ausgelöst|gespeichert)",
    r"ne (fonctionne|marche|part|s'envoie)\w* (pas|plus)|n'est (pas|plus) envoyé|message d'erreur",
    r"no (funciona|se envía|se envían|llega)\b|mensaje de error|non (funziona|parte|viene inviat)|messaggio di errore",
    r"werkt niet|wordt niet verstuurd|foutmelding|não (funciona|é enviad)|mensagem de erro|nie (działa|wysyła)",
    r"(fungerar|virker|skickas|sendes) (inte|ikke)|felmeddelande|fejlmeddelelse|не (работает|отправляется)",
    r"(動き|届き|送信され)ません|エラー|不起作用|无法发送|报错",
)
# What ticket systems confirm, and how they say so.
ACK_SUBJECT = _any(
    r"\b(request|ticket|case|message|e-?mail|incident|inquiry) (was |has been )?(received|created|opened|registered)",
    r"\b(incident|ticket|case|request) \S{1,30} (was |has been )?(received|created|opened|logged)",
    r"\((verification|confirmation|authentication) required\)|please (verify|confirm) your (e-?mail|message)",
    r"\(please (verify|confirm)\)|auto-?reply|acknowledg|confirmation of (receipt|your)|we (have )?(got|received) your",
    r"eingangsbestätigung|empfangsbestätigung|ticket (wurde )?(erstellt|eröffnet|erfasst)",
    r"accusé de réception|confirmation de (réception|votre)|acuse de recibo|hemos recibido",
    r"conferma (di )?(ricezione|apertura)",
    r"ontvangstbevestiging|confirmação de rece|potwierdzenie (otrzymania|przyjęcia)|mottagningsbekräftelse|bekräftelse",
    r"kvittering|受付(完了|のお知らせ)|受け付けました",
)
ACK_TEXT = _any(
    r"\b(request|ticket|case|message|e-?mail|[ie]nquiry|question)\b[^.\n]{0,40}ha(s|ve) been (receiv|logg|register)ed",
    r"\b(it|this) has been received and",
    r"(ticket|case|incident|request)\b[^.\n]{0,60} (was|has been) (created|opened|assigned|closed)",
    r"(ticket|case|incident|request)\b[^.\n]{0,60} (was|has been) (marked as )?(resolved|solved|closed)",
    r"(message|e-?mail)\b[^\n]{0,80} is (being )?(held|on hold|awaiting)[^\n]{0,200}(verif|confirm|recogni[sz]ed)",
    r"(click|use|follow) [^.\n]{0,60}\bto (complete|confirm|finish) [^.\n]{0,30}verif",
    r"we('ve| have)? (received|got) your|got your request|thank you for (contacting|reaching out)",
    r"generated in response to",
    r"\b(anfrage|nachricht|e-?mail|mail|meldung|ticket)\b[^.\n]{0,60}(eingegangen|erhalten|erfasst|registriert|eröffnet|angelegt)",
    r"(avons bien reçu|bien été (reçu|enregistré))|(hemos recibido|ha sido (recibid|registrad))",
    r"abbiamo ricevuto|(è stat[ao] (ricevut|apert|registrat))",
    r"hebben (uw|je) [^.\n]{0,30}ontvangen|(recebemos|foi (recebid|registad|registrad))",
    r"(otrzymaliśmy|zostało (przyjęte|zarejestrowane))",
    r"(har tagit emot|vi har mottagit|har modtaget|har mottatt)|(受け付け(いたし)?ました|受付(いたし)?ました)",
)
AUTOMATIC_TEXT = _any(
    r"automatic(ally)? (generated|created|sent|reply|response|message)|do not (reply|respond) to this",
    r"system[- ]generated|\bauto-?(response|reply)\b",
    r"automatisch (generiert|erstellt|erzeugt|versandt)|antworten sie (bitte )?nicht (auf|direkt)",
    r"(généré|envoyé) automatiquement|ne pas répondre|(generado|enviado) automáticamente|no responda",
    r"automaticamente|non rispondere",
    r"automatisch (gegenereerd|verzonden)|wygenerowan\w+ automatycznie|automatiskt genererat",
    r"自動(的に)?(送信|配信|返信)",
)
# What people ask machines do not.
REQUEST = _any(
    r"(could|can|would|will) (you|someone|anybody|anyone)\b",
    r"please (help|check|look|change|fix|advise|investigate|see the|send (me|us|him|her|them|the)|go ahead|close|keep)",
    r"(können|könnten|kann) (sie|jemand|ihr)\b|bitte (um|prüf|helf|änder|korrigier|behe|schau)|wir bitten um",
    r"(pouvez|pourriez)[- ]vous|merci de (vérifier|corriger|nous aider)",
    r"(pueden?|podrían?) (ustedes? )?(ayudar|revisar|comprobar)",
    r"(potete|potreste|può|puoi) (aiutar|verificar|controllar)|(kunt|kun) (u|je) ",
    r"(podem|poderiam?|pode) (ajudar|verificar)",
    r"(proszę|prosimy) o(?! kontakt)|czy (mogą|może)|kan (ni|du|i|någon)\b|vänligen (kontrollera|hjälp)",
    r"kan dere|voisitteko|můžete|помогите",
    r"ご確認|ご対応をお願い|教えて(ください|いただ)|请(帮|检查|协助)",
)
# Receipts in words alone, as some clients and gateways write them.
RECEIPT_SUBJECT = _any(
    r"((not )?read|(un)?gelesen|(non )?lu|(no )?leído|(non )?letto|gelezen|(não )?lida|przeczytano|läst)\s?:",
    r"(læst|lest|luettu|přečteno|прочитано)\s?:|開封(済み|通知)\s?[:：]|已读\s?[:：]|(return|read) receipt",
    r"(lese|empfangs)bestätigung\b",
)
RECEIPT_TEXT = _any(
    r"was (read|displayed|deleted without being read) on|\bwas received by:|wurde empfangen von:",
    r"wurde [^\n]{0,160}(gelesen|angezeigt|gelöscht)",
    r"a été (lu|affiché)",
    r"(fue|ha sido) (leído|mostrado)|è stato (letto|visualizzato)|is (gelezen|weergegeven) op|foi (lid|exibid)",
    r"został[ao]? przeczytan|(lästes|har lästs)|blev læst|ble lest|luettiin|開封され|已(被)?阅读",
)
# What clients send where somebody clicked on a picture under a mail.
REACTED = re.compile(
    r"\s*[^\n]{1,80} (reacted to your message|hat auf ihre nachricht reagiert|a réagi à votre message"
    r"|ha reaccionado a (tu|su) mensaje|ha reagito al (tuo|suo) messaggio|heeft gereageerd op (je|uw) bericht"
    r"|reagiu à sua mensagem|zareagował\(?a?\)? na (twoją|państwa) wiadomość|reagerade på ditt meddelande)\s?[:.]?\s*",
    re.IGNORECASE,
)
# What calendars write beside the answer to an invitation; a note of the person's own goes on behind a colon.
INVITATION_ANSWERED = re.compile(
    r"[^\n.:]{1,80} (has (tentatively )?(accepted|declined) (this|your|the) invitation"
    r"|has replied [\"“]maybe[\"”] to this invitation"
    r"|hat (diese|ihre|die) einladung (angenommen|abgelehnt|mit vorbehalt angenommen)"
    r"|a (accepté|refusé) (cette|l.|votre) ?invitation"
    r"|ha (aceptado|rechazado) (esta|la|su) invitación|ha (accettato|rifiutato) (questo|l.|il tuo) ?invito"
    r"|heeft deze uitnodiging (geaccepteerd|afgewezen)|(aceitou|recusou) (este|o) convite)\s?\."
    r"(\s.*\b(invitation (from|de)|einladung von|invitación de|invito da|uitnodiging van|convite de)\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
# How Outlook says that somebody wants a mail back, which only its own servers do.
RECALLED = _any(
    r"would like to recall the message|möchte [^\n]{0,200}nachricht [^\n]{0,200}zurückrufen",
    r"(souhaite|souhaiterait|aimerait|voudrait) rappeler le message",
    r"(desea|desearía|quiere|querría|quisiera) (recuperar|retirar) el mensaje",
    r"(desidera|vuole|vorrebbe) (richiamare|ritirare|revocare) il messaggio",
    r"(wil|zou graag) (het|dit) bericht [^\n]{0,200}(intrekken|terugroepen)",
    r"(deseja|gostaria de|pretende|quer) (recuperar|recolher|revogar|cancelar|retirar) a mensagem",
    r"(chce|chciał(a|\(a\))?by) (odwołać|wycofać) wiadomość|vill återkalla meddelandet",
    r"メッセージ[^\n]{0,200}(取り消|取消|回収)",
)
DISPOSITION_TEXT = _any(
    r"no guarantee that the (message|mail) has been read|does not guarantee that (it|the message) (was|has been) read",
    r"(bedeutet|garantiert) nicht(,)? dass (die|ihre) nachricht [^.\n]{0,30}gelesen",
)
# One of these stands in all of them.
DISPOSITION_WORDS = ("guarantee", "gelesen")
# Subjects of mails that say a delivery failed.
UNDELIVERED_SUBJECT = _any(
    r"undeliver(ed|able)|mail delivery (failed|failure|status|subsystem|system)|delivery (status )?notification",
    r"delivery (failure|failed|has failed|delayed)|failure notice|failed delivery|returned (mail|to sender)",
    r"message (delivery|not delivered|undelivered|you sent blocked|blocked)|mail system error",
    r"non[- ]?deliver(y|able)|warning: (message|could not|e-?mail)|delayed mail|could not (be )?(send|deliver)",
    r"address not found|rejected (mail|message)|mail not",
    r"unzustellbar|nicht zustellbar|(nachricht|zustellung) (ist )?verzögert",
    r"fehler bei der (e-?mail-)?zustellung|mail (konnte )?nicht zugestellt",
    r"non remis|échec de (la )?(remise|livraison|distribution)|non distribuable|courrier non délivré",
    r"no se (ha )?(pudo|puede|podido) entregar|no entrega(do|ble)|error de entrega|fallo en la entrega",
    r"impossibile recapitare|non recapitabile|mancato recapito|mancata consegna",
    r"onbestelbaar|niet (afgeleverd|bezorgd)",
    r"não (foi )?(possível entregar|entregue)|falha na entrega",
    r"niedostarcz(on|aln)|nie można dostarczyć|zwrot (poczty|wiadomości)",
    r"olever(era|erbar)|kunde inte levereras",
    r"配信不能|配信できません|エラーメール|戻りました|退信|无法投递",
)
UNDELIVERED_TEXT = _any(
    r"(could not|couldn't|cannot|has not|wasn't|was not) (be(en)? )?deliver|unable to deliver|(was|were) undeliverable",
    r"(hasn't|has not)( yet)? been delivered|delivery (is|has been) delayed|delivery will continue to be attempted",
    r"wasn't able to deliver|delivery (to the following|has failed|failed)|did not reach",
    r"had permanent (fatal )?errors|this is the (mail system|qmail-send program)",
    r"mail delivery (software|system|subsystem)|delivery status notification",
    r"recipient('s)? (address )?(was )?(rejected|unknown|not found)|(user|address) (unknown|not found)|no such user",
    r"no valid recipients|unknown (user|recipient)|failed addresses",
    r"mailbox (is )?(full|unavailable)",
    r"konnte(n)? (nicht|die (folgende )?|ihre )[^.\n]{0,40}(zugestellt|übermittelt|nachricht)",
    r"(konnte|kann) (noch )?nicht (zugestellt|erreicht)|empfänger nicht erreicht|empfänger kann nicht erreicht",
    r"n'a pas pu être (remis|délivré|distribué)|échec de la (remise|livraison|distribution)",
    r"no se (ha )?(pudo|podido) entregar",
    r"non è stato possibile (recapitare|consegnare)",
    r"kon niet worden (bezorgd|afgeleverd)",
    r"não (foi possível|pôde) (ser )?entreg",
    r"nie można było dostarczyć",
    r"kunde inte levereras",
    r"(配信|送信)できませんでした",
)
# Deliveries that a server still tries.
DELAYED = _any(
    r"warning|delayed|delay\b|not yet been delivered|still (being )?(trying|retried|queued)",
    r"will (be retried|retry|keep trying|continue to)|do(es)? not need to (resend|do anything)|temporar(y|ily)",
    r"verzöger|vorübergehend|différé|retardé|en retard|retrasad|demorad|ritardat|in ritardo",
    r"vertraagd|atrasad|opóźnion|försenad|遅延",
)
GAVE_UP = _any(
    r"giving up|given up|gave up|permanent(ly)? (error|fail)|this is a permanent|fatal errors|too long in the queue",
    r"has not been delivered|(was|been) blocked by",
)
# Where a returned mail begins.
ORIGINAL_BEGINS = re.compile(
    r"^.{0,12}(-{2,} ?(original message|below this line|this is a copy|returned mail|enclosed is"
    r"|forwarded message|original-nachricht)"
    r"|original message (headers|follows)|this is a copy of (the|your) message|message headers follow"
    r"|(return-path|received|message-id|from): |unsent message below|diagnostic information for administrators)",
    re.IGNORECASE | re.MULTILINE,
)
# The text part of an HTML mail that only says that there is one.
HTML_STUB = _any(
    r"(does not|doesn't|cannot|can't|unable to|not able to) (support|display|show|read|render|view)\w*"
    r"[^.\n]{0,40}(html|formatted)",
    r"html[- ](capable|enabled|compatible)",
    r"(view|see|read|open) (this|the|it|your) ?(\w+ )?(in|as|with) (an? )?html",
    r"(this is an? |in )html[- ](only )?(e-?mail|message|format)",
    r"keine? html|html[- ](fähig|format|ansicht)|nicht in html",
    r"ne (supporte|prend|permet|peut)[^.\n]{0,60}html",
    r"(soporta|admite|compatible con)[^.\n]{0,30}html",
    r"(supporta|visualizza)[^.\n]{0,40}html",
    r"ondersteunt (geen )?html|html-?(bericht|weergave)",
    r"(suporta|compatível com)[^.\n]{0,30}html",
    r"(obsługuje|obsługi)[^.\n]{0,40}html",
    r"stöd(er|jer) (inte )?html",
    r"html ?(形式|メール|に対応)",
)
