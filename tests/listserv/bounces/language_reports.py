# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports in other languages than English."""

from tests.listserv.bounces.report_writing import CHEN, Case, plain

LANGUAGE_REPORTS: dict[str, Case] = {
    "exchange 2007, french": (
        plain(
            "Échec de la remise pour ces destinataires ou listes de distribution :\n\n"
            f"chen@far.example<mailto:{CHEN}>\nL'adresse de messagerie n'a pas pu être trouvée.\n\n\nInformations de diagnostic pour les "
            f"administrateurs :\n\nServeur de génération : mx.far.example\n\n{CHEN}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n"
            "En-têtes de message d'origine :\n\nReceived: from a\nFrom: x@else.example\nTo: y@else.example\n",
            sender="postmaster@far.example",
            subject="Non remis : Minutes",
        ),
        {CHEN},
        set(),
    ),
    "german": (
        plain(
            "Diese Nachricht wurde automatisch vom Mailserver erzeugt.\n\nIhre Nachricht konnte an folgende Empfänger nicht zugestellt werden:\n\n"
            f"   {CHEN}\n\nGrund: Das Postfach ist voll.\n\n--- Ursprüngliche Nachricht ---\nVon: x@else.example\n",
            sender="Mailserver <postmaster@far.example>", subject="Unzustellbar: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "german, late": (
        plain(
            f"Ihre Nachricht an\n\n  {CHEN}\n\nkonnte noch nicht zugestellt werden. Es wird weiterhin versucht, sie zuzustellen.\n",
            sender="postmaster@far.example", subject="Zustellung verzögert",
        ),
        set(),
        {CHEN},
    ),
    "spanish": (
        plain(
            f"No se pudo entregar el mensaje a los siguientes destinatarios:\n\n{CHEN}\n\nEl usuario no existe.\n",
            sender="postmaster@far.example", subject="No se puede entregar: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "japanese": (
        plain(
            f"メール配信システムからのお知らせです。\n\n次の宛先へメールを配信できませんでした。\n\n<{CHEN}>\n\nユーザーが見つかりません。\n",
            sender="MAILER-DAEMON@far.example", subject="配信エラーのお知らせ",
        ),
        {CHEN},
        set(),
    ),
    "chinese": (
        plain(
            f"您的邮件被退回到您的收件箱。\n\n无法投递到以下收件人：\n\n收件人邮件地址：{CHEN}\n\n退信原因：收件人不存在 550 User not found\n",
            sender="postmaster@far.example", subject="系统退信",
        ),
        {CHEN},
        set(),
    ),
    "russian": (
        plain(
            f"Это письмо создано автоматически сервером.\n\nК сожалению, мы не смогли доставить ваше письмо. Письмо не доставлено адресату:\n\n  {CHEN}\n\n"
            "Пользователь не найден.\n",
            sender="mailer-daemon@far.example", subject="Недоставленное сообщение",
        ),
        {CHEN},
        set(),
    ),
    "arabic": (
        plain(
            f"تعذر تسليم رسالتك إلى المستلمين التاليين:\n\n{CHEN}\n\nصندوق البريد غير موجود.\n", sender="postmaster@far.example", subject="فشل التسليم",
        ),
        {CHEN},
        set(),
    ),
}  # fmt: skip
