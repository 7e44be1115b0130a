"""Sentences below messages of earlier versions of the hub, which people still answer.

As they were sent, in the language of each; ``NAME`` stands for a name, a command or an address.
Whoever changes a sentence of :mod:`listserv.mail.trim.footers`, or its translation, adds the former
one here.
"""

# A sentence behind which an address stands.
BEFORE_ADDRESS = (
    "Answer NAME alone:",
    "All of it by mail: write NAME to",
    "Stop or change these mails:",
    "للرد على NAME وحده:",
    "وقف هذه الرسائل أو تغييرها:",
    "停止或更改这些邮件：",
    "Le texte intégral par courriel : écrivez NAME à",
    "Arrêter ou modifier ces courriels :",
    "Целиком по почте: напишите NAME на",
    "Прекратить или изменить эти письма:",
    "Texto íntegro por correo: escriba NAME a",
    "Detener o cambiar estos correos:",
)
WHOLE = (
    "Reply to this mail to answer everybody in “NAME”.",
    "Answer this mail to answer everybody in “NAME”.",
    "Commands go to NAME; HELP lists them.",
    "NAME writes to you alone, through the discussion “NAME”. Your answer to this mail goes to "
    "NAME alone, through the hub, which shows neither of you the other's address.",
    "NAME通过讨论“NAME”单独致函给您。您对此邮件的答复经由平台仅发送给NAME；"
    "平台不会向你们任何一方显示对方的地址。",
    "Ответьте на это письмо, чтобы ответить всем в «NAME».",
    "NAME le escribe solo a usted, a través de la discusión «NAME». Su respuesta a este correo se "
    "envía solo a NAME, a través de la plataforma, que no muestra a ninguna de las dos personas la "
    "dirección de la otra.",
)
