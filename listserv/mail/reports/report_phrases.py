"""What mail programs say when they do not deliver, in the languages they speak; all in lower case.

Each list is looked for as it stands in a text whose blanks are single; none is a pattern.
"""

from collections.abc import Iterable

# It was not delivered.
FAILED = (
    "not delivered", "not be delivered", "n't delivered", "n't be delivered", "undeliver",
    "non-deliver", "nondeliver", "cannot deliver", "can't deliver", "couldn't deliver",
    "could not deliver", "unable to deliver", "able to deliver your", "delivery fail",
    "delivery has failed", "failed delivery", "delivery error", "delivery problem",
    "delivery trouble", "trouble delivering", "problem delivering", "error delivering",
    "failure notice", "returned mail", "returning message", "mail delivery failed", "did not reach",
    "not reach the following", "could not be reached", "not receive a copy",
    "permanent fatal error", "fatal error", "permanent failure", "permanent error",
    "failed permanently", "address(es) failed", "user unknown", "unknown user", "no such user",
    "no such address", "no such recipient", "no such mailbox", "no such person", "does not exist",
    "doesn't exist", "mailbox unavailable", "mailbox not found", "mailbox is full", "mailbox full",
    "mailbox has exceeded", "over quota", "overquota", "exceeded quota", "quota exceeded",
    "exceed mailbox quota", "disk quota", "invalid recipient", "unknown recipient",
    "recipient unknown", "recipient rejected", "rejected recipient", "address rejected",
    "unknown address", "bad address", "invalid address", "unrouteable", "unrouteable", "unresolved",
    "attempting to deliver", "has been rejected", "was rejected", "automatically rejected",
    "was refused", "been blocked", "not accepted", "not listed in", "not a valid user",
    "is not a member", "account is disabled", "account has been disabled", "been disabled",
    "was undelivered", "mail error", "mailer error", "unsent message", "could not send",
    "not be sent", "was not sent", "user doesn't have", "doesn't have a", "is unknown",
    "unreachable", "too many hops", "host unknown", "host not found", "unknown local",
    "unable to relay", "relaying denied", "relay access denied", "could not be found",
    "couldn't be found", "cannot be found", "wasn't found", "delivery status notification (fail",
    "not been collected", "delivery unsuccessful", "unsuccessful delivery", "unable to send",
    "message too large", "mail too large", "failed to deliver", "no valid recipients",
    "not a deliverable", "is not active", "is inactive", "temporarily disabled",
    "did not exactly match", "delivery incomplete", "not been delivered", "never delivered",
    "receiver not found", "addresses were unknown", "no mailbox here", "mailbox unknown",
    "unable to accept", "address not found", "message blocked", "inbox full",
    "delivery of the email was stopped", "delivery of the message was stopped",
    "no longer available", "does not have an account", "not our customer", "not known here",
    "no account", "account is unavailable", "not known to this system", "unknown account",
    "invalid mailbox", "user not found", "user not known", "recipient not found",
    "account not found", "no such domain", "been deactivated", "locked or suspended",
    "not accepting", "temporarily over quota", "temporarily limited", "mailfolder is full",
    "over disk quota", "quota violation", "no longer valid", "sconosciuto", "inesistente",
    "destinataire inconnu", "adressat unbekannt", "zuviele mails", "nie istnieje",
    "nie ma takiego konta", "ha expirado por falta de uso", "is not defined",
    "encountered delivery", "error was detected while processing", "blocked by our",
    "has been blocked", "unable to find", "delivery aborted", "message expired",
    "unknown or invalid", "unknown mail address", "address unknown",
    # French
    "pas pu être délivré", "pas pu etre delivre", "pas pu être remis", "n'a pas pu être",
    "non remis", "non délivré", "non-remise", "échec de la remise", "echec de la remise",
    "échec de remise", "échec de l'envoi", "échec de la distribution", "n'a pas été remis",
    "n'a pas été distribué", "impossible de remettre", "adresse introuvable",
    "destinataire inconnu", "utilisateur inconnu", "boîte aux lettres est pleine",
    "message non distribu", "message non-distribu", "non distribuable",
    # Spanish
    "no se pudo entregar", "no pudo ser entregad", "no se ha podido entregar",
    "no ha podido ser entregad", "no entregad", "error en la entrega", "fallo en la entrega",
    "no se entregó", "error de entrega", "usuario desconocido", "no se puede entregar",
    "imposible entregar", "no se encontró la dirección", "buzón está lleno", "no ha llegado a",
    "correo devuelto",
    # German
    "nicht zugestellt", "unzustellbar", "konnte nicht", "konnten nicht",
    "zustellung fehlgeschlagen", "nicht ausgeliefert", "fehler bei der zustellung",
    "zustellungsfehler", "empfänger unbekannt", "unbekannter empfänger", "nicht erreicht",
    "fehlgeschlagen", "postfach ist voll", "nicht angenommen", "adresse nicht gefunden",
    "unbekannter benutzer",
    # Italian, Portuguese
    "non è stato possibile consegnare", "non e' stato possibile", "impossibile consegnare",
    "mancata consegna", "recapito non riuscito", "non recapitat", "messaggio non consegnato",
    "indirizzo non trovato", "utente sconosciuto", "não foi possível entregar",
    "não pôde ser entregue", "falha na entrega", "não foi entregue", "não entregue",
    "nao foi possivel entregar", "usuário desconhecido", "endereço não encontrado",
    "não pode ser entregue",
    # Dutch, Scandinavian, Finnish
    "niet worden bezorgd", "kon niet worden", "niet afgeleverd", "niet bezorgd", "onbestelbaar",
    "kunde inte levereras", "gick inte att leverera", "har inte levererats", "olevererbart",
    "kunne ikke leveres", "ble ikke levert", "kan ikke leveres", "blev ikke leveret",
    "ikke kunne leveres", "ei voitu toimittaa", "toimitus epäonnistui",
    # Polish, Czech, Hungarian, Romanian, Turkish, Greek
    "nie można dostarczyć", "nie udało się dostarczyć", "nie została dostarczona",
    "niedostarczon", "nelze doručit", "nebyla doručena", "nedoručiteln", "se nepodařilo doručit",
    "nem kézbesíthető", "kézbesítése sikertelen", "nem sikerült kézbesíteni",
    "nu a putut fi livrat", "nu a fost livrat", "teslim edilemedi", "gönderilemedi",
    "iletilemedi", "δεν ήταν δυνατή η παράδοση", "δεν παραδόθηκε", "αποτυχία παράδοσης",
    # Russian, Ukrainian, Bulgarian
    "не доставлен", "не удалось доставить", "не может быть доставлен", "невозможно доставить",
    "не было доставлено", "недоставленное", "получателям не удалась", "не получилось доставить",
    "несуществующ", "пользователь не найден", "ящик переполнен", "не вдалося доставити",
    "не доставлено", "не може бути доставлен",
    # The same as Microsoft and Google write it elsewhere
    "geadresseerden of groepen", "mislukt", "misslyckades", "mislykke", "epäonnistui",
    "nie powiodło się", "sikertelen", "nu a reușit", "απέτυχε", "неуспешна доставка", "zlyhalo",
    "nije uspjela", "nije uspela", "ni uspela", "no s'ha pogut lliurar", "nepavyko pristatyti",
    "neizdevās", "nurjus", "ล้มเหลว", "không thành công", "pengiriman gagal", "gagal dikirim",
    "تحویل به این گیرندگان", "n'est pas parvenu à", "no se ha entregado a", "wurde nicht an",
    # Chinese, Japanese, Korean
    "退信", "退回", "无法送达", "无法传递", "无法投递", "無法投遞", "無法傳遞", "無法傳送", "未能送达",
    "未能投递", "投递失败", "发送失败", "邮件系统错误", "传递失败", "傳送失敗", "系統退信",
    "不存在", "无法到达", "未送达", "無法遞送", "配信できません", "配送できません",
    "配達できません", "送信できません", "届けることができません", "お届けできません",
    "配信エラー", "送信エラー", "送信に失敗", "配信に失敗", "配送に失敗", "配信不能",
    "エラーメール", "存在しません", "見つかりません", "配信されませんでした", "届きません",
    "届かなかった", "送信されませんでした", "配送されませんでした", "受信できません", "不達",
    "전송 실패", "전송하지 못", "전송되지 못", "보내지 못", "전달되지 못", "배달되지 못",
    "배달하지 못", "반송", "배달되지 않", "수신자를 찾을 수 없",
    # Arabic, Persian, Hebrew
    "تعذر تسليم", "تعذّر تسليم", "لم يتم تسليم", "فشل تسليم", "فشل في التسليم", "فشل التسليم",
    "لم يتم التسليم", "نمی‌توان تحویل", "تحویل نشد", "לא ניתן היה למסור", "לא נמסרה", "נכשלה",
)  # fmt: skip
# As much, where nothing speaks of an arrival.
FAILED_PERHAPS = (
    "following address", "following recipient", "delivery to the following", "delivery attempts",
    "bounced", "suspended", "had errors",
)  # fmt: skip
# It was not delivered yet, and is tried again.
DELAYED = (
    "not yet been delivered", "yet to be delivered", "delivery attempts will continue",
    "will continue to be", "will keep trying", "will continue trying", "we will continue to",
    "i will continue to", "will be retried", "will be tried again", "warning message only",
    "do not need to resend", "don't need to resend", "this is just a warning", "has been delayed",
    "is delayed", "was delayed", "still trying to deliver", "still being attempted",
    "continue to attempt", "will try again", "will retry", "keep trying to", "delivery delayed",
    "delivery delay", "delayed mail", "delayed delivery", "delivery status notification (delay",
    "attempts to deliver the message will continue", "will be attempted for",
    "will be attempted again", "will retry for", "temporary problem delivering",
    "not been delivered yet", "could not be delivered for more than",
    "temporary non-critical error", "only a temporary failure", "remains in the queue",
    "no action is required", "is still in the queue", "delivery is delayed",
    "delivery is being delayed", "will be retried until", "temporarily deferred",
    "will be retrying", "n'a pas encore", "nouvelle tentative", "sera retardé", "est retardé",
    "a été retardé", "tentatives se poursuiv", "noch nicht zugestellt", "verzögert",
    "weiterhin versuch", "se reintentará", "seguirá intentando", "demorad", "retrasad",
    "ritardat", "ulteriori tentativi", "atrasad", "continuará tentando", "vertraagd", "fördröj",
    "forsinke", "задержан", "отложен", "будут продолж", "будет повторена",
    "попытки доставки будут", "延迟", "将继续尝试", "再試行", "遅延", "配信が遅れ", "재시도",
    "تأخر", "تأخير",
)  # fmt: skip
# No more is tried, whatever else is said.
GIVEN_UP = (
    "this is a permanent", "permanent error", "failed permanently", "i've given up",
    "giving up on", "gave up", "given up", "has been removed from the", "no further attempts",
    "will not be retried", "will not continue trying", "not going to try again",
    "too long in the queue", "queue too long", "could not be delivered for too long",
    "did not reach", "retry timeout exceeded", "retry time not reached", "no more attempts",
    "no further delivery", "no more delivery",
)  # fmt: skip
# What was delivered, read, or waits for a person to say something: no report of a failure.
ARRIVED = (
    "successfully delivered", "has been delivered", "have been delivered", "was delivered to the",
    "delivery successful", "(success)", "(relay)", "relayed to the following",
    "successfully relayed", "has been successfully", "return receipt", "your message was read",
    "has been read", "was displayed", "was opened",
)  # fmt: skip
CHALLENGES = (
    "confirm your message", "confirm that you", "please confirm", "verify your message",
    "to verify that you", "prove that you", "prove you are", "reply to this message to",
    "simply reply to this", "just reply to this", "just hit reply", "challenge/response",
    "challenge-response", "awaiting your confirmation", "awaiting confirmation",
    "awaiting your verification", "sender verification", "be added to my guest", "guest list",
    "whitelist", "approved senders", "accepted senders", "spamarrest", "boxbe", "bluebottle",
    "click the link below to", "click on the link below", "requires verification",
    "requires confirmation", "not yet received mail from",
)  # fmt: skip
ALL = FAILED + DELAYED
# What servers say of a mailbox; people say it of one that "does not exist any more".
OF_MAILBOXES = (
    "user unknown", "unknown user", "no such user", "user not found", "mailbox is full",
    "mailbox full", "mailbox unavailable", "mailbox not found", "no such mailbox",
    "over quota", "quota exceeded", "account is disabled", "account has been disabled",
    "recipient unknown", "unknown recipient", "unrouteable", "host unknown", "host not found",
    "could not be delivered to: <", "delivery failed to", "no mailbox here", "address rejected",
)  # fmt: skip


def contains_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text contains one of some phrases, as it stands."""
    return any(phrase in text for phrase in phrases)


def mentions_failure(folded: str) -> bool:
    """Whether a text in lower case tells of mail that did not arrive, or not yet."""
    return contains_any(folded, ALL)
