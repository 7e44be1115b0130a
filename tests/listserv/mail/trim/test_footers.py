"""The foot of the hub's own mails is nobody's word: it is taken out of what comes back, however it was quoted."""

import textwrap
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.mail.trim import earlier_footers
from listserv.mail.trim.footers import without_footers
from listserv.models import MailingList, Notice, Subscription
from listserv.outbound.bodies import Bodies
from listserv.outbound.roster import Form
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _label in settings.LANGUAGES]

# As the version before the words were edited sent them.
EARLIER_FEET = {
    "en": """Reply to this mail to answer everybody in “Risk assessment”.
Answer Amina Diallo alone: risk+a.abc@lists.hub.example
On the web: http://127.0.0.1:8000/c/12/
All of it by mail: write GET 12 to risk-request@lists.hub.example
Stop or change these mails: http://127.0.0.1:8000/lists/""",
    "ar": """الرد على هذه الرسالة يصل إلى جميع المشاركين في «Risk assessment».
للرد على Amina Diallo وحده: risk+a.abc@lists.hub.example
على الويب: http://127.0.0.1:8000/c/12/
النص كاملاً بالبريد الإلكتروني: تُكتب GET 12 إلى risk-request@lists.hub.example
وقف هذه الرسائل أو تغييرها: http://127.0.0.1:8000/lists/""",
    "zh-hans": """答复此邮件即可答复“Risk assessment”的所有参与者。
仅答复Amina Diallo： risk+a.abc@lists.hub.example
网页： http://127.0.0.1:8000/c/12/
如需通过邮件获取全文，请将GET 12发送至 risk-request@lists.hub.example
停止或更改这些邮件： http://127.0.0.1:8000/lists/""",
    "fr": """Répondez à ce courriel pour répondre à toutes les personnes de «\u00a0Risk assessment\u00a0».
Répondre à Amina Diallo seulement\u00a0: risk+a.abc@lists.hub.example
Sur le web\u00a0: http://127.0.0.1:8000/c/12/
Le texte intégral par courriel\u00a0: écrivez GET 12 à risk-request@lists.hub.example
Arrêter ou modifier ces courriels\u00a0: http://127.0.0.1:8000/lists/""",
    "ru": """Ответьте на это письмо, чтобы ответить всем в «Risk assessment».
Ответить только автору (Amina Diallo): risk+a.abc@lists.hub.example
На сайте: http://127.0.0.1:8000/c/12/
Целиком по почте: напишите GET 12 на risk-request@lists.hub.example
Прекратить или изменить эти письма: http://127.0.0.1:8000/lists/""",
    "es": """Responda a este correo para responder a todas las personas de «Risk assessment».
Responder solo a Amina Diallo: risk+a.abc@lists.hub.example
En la web: http://127.0.0.1:8000/c/12/
Texto íntegro por correo: escriba GET 12 a risk-request@lists.hub.example
Detener o cambiar estos correos: http://127.0.0.1:8000/lists/""",
}


@pytest.fixture
def risk(cast):
    """Return the list of the closed discussion."""
    return MailingList.objects.get()


@pytest.fixture
def contribution(cast):
    return cast.say(cast.amina, "Twenty metres\n\nare enough.", subject="Distances", folded="> old", now=clock())


def delivery(contribution, risk, language, kind="plain"):
    """Return the text of a delivery in a language."""
    alias = tokens.alias_address("risk", member_id=contribution.author_id, list_id=risk.pk)
    raw = b"".join(Bodies(contribution, risk, alias=alias).get(language, Form.TEXT))
    return message_from_bytes(raw, policy=policy.default).get_body((kind,)).get_content()


def quoted(text, mark="> ", width=0):
    wrap = textwrap.TextWrapper(width or 1_000, break_long_words=False, break_on_hyphens=False).wrap
    lines = [piece for line in text.split("\n") for piece in wrap(line) or [""]]
    return "\n".join(f"{mark}{line}".rstrip() if mark != "" else line for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("mark", "width"), [("> ", 0), (">> ", 0), ("> > ", 0), ("> ", 34), ("", 0), ("| ", 60)])
def test_foot_of_a_delivery_goes_in_every_language_and_its_words_stay(cast, risk, contribution, language, mark, width):
    before = f"{quoted(delivery(contribution, risk, language), mark, width)}\n\nMy answer."
    after = without_footers(before)
    for gone in ("risk+a.", "/lists/", "risk-request", f"/c/{contribution.number}/"):
        assert gone not in after
    assert after.endswith("My answer.") and f"{mark}are enough." in after
    assert "--" not in [line.strip("> |") for line in after.splitlines()]
    assert [line for line in after.splitlines() if line.strip("> |")][-2] == f"{mark}are enough."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("mark", "width"), [("> ", 0), (">> ", 0), ("> ", 34), ("", 0)])
def test_foot_of_a_delivery_of_an_earlier_version_goes_too(language, mark, width):
    sent = f"are enough.\n\n-- \n{EARLIER_FEET[language]}\n"
    after = without_footers(f"{quoted(sent, mark, width)}\n\nMy answer.")
    assert [line for line in after.splitlines() if line.strip("> ")] == [f"{mark}are enough.", "My answer."]


@pytest.mark.parametrize(
    ("sentence", "address"),
    [
        *((sentence, " http://127.0.0.1:8000/lists/") for sentence in earlier_footers.BEFORE_ADDRESS),
        *((sentence, "") for sentence in earlier_footers.WHOLE),
    ],
)
def test_each_sentence_of_an_earlier_foot_is_known_beside_another(sentence, address):
    foot = f"> {sentence.replace('NAME', 'Risk')}{address}\n> On the web: http://127.0.0.1:8000/c/12/"
    assert without_footers(f"> Words.\n>\n{foot}\n\nMy answer.") == "> Words.\n>\n\nMy answer."


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_below_a_quoted_delivery_is_published_without_its_foot(cast, risk, contribution, language):
    body = f"Amina Diallo wrote:\n\n{quoted(delivery(contribution, risk, language))}\n\nThirty, I say."
    accept(plain_message(body.replace("\n", "\r\n"), who=cast.boris, message_id="b@x"), risk.address, member=cast.boris)
    drain()
    answer = Contribution.objects.latest("pk")
    assert answer.text.endswith("Thirty, I say.") and "> are enough." in answer.text
    assert "/lists/" not in answer.text and "risk+a." not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_foot_of_an_answered_html_delivery_goes_too(cast, risk, contribution, language):
    html = (
        delivery(contribution, risk, language, "html").partition("<body")[2].partition(">")[2].partition("</body>")[0]
    )
    raw = (
        f"From: {cast.boris.email}\r\nSubject: Re\r\nMessage-ID: <h@x>\r\n"
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
        f"<p>Amina wrote:</p><blockquote>{html}</blockquote><p>Thirty, I say.</p>"
    )
    accept(raw.encode(), risk.address, member=cast.boris)
    drain()
    answer = Contribution.objects.latest("pk")
    assert answer.text.endswith("Thirty, I say.") and "are enough." in answer.text
    assert "/lists/" not in answer.text and "risk+a." not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_foot_of_a_digest_goes_too(cast, risk, contribution, language):
    row = Subscription.objects.get(member=cast.boris)
    raw = b"".join(Digest(risk, gather(risk, 0), language=language, zone="UTC", now=clock()).envelope(row).parts)
    text = message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()
    after = without_footers(f"{quoted(text)}\n\nMy answer.")
    assert "/lists/" not in after and "are enough." in after and after.endswith("My answer.")


def test_foot_of_a_private_message_is_not_passed_on_again(cast, risk):
    def send(who, to, text, name):
        accept(plain_message(text.replace("\n", "\r\n"), who=who, message_id=name), to, member=who)
        drain()
        raw = bytes(Notice.objects.latest("pk").raw)
        return message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()

    alias = {who: tokens.alias_address("risk", member_id=who.pk, list_id=risk.pk) for who in (cast.amina, cast.boris)}
    first = send(cast.boris, alias[cast.amina], "Between us.", "1@x")
    second = send(cast.amina, alias[cast.boris], f"{quoted(first)}\n\nYes, between us.", "2@x")
    assert second.count("only, through the hub") == 1 and "> Between us." in second


@pytest.mark.parametrize(
    "text",
    [
        "On the web: http://127.0.0.1:8000/c/12/",
        "See http://127.0.0.1:8000/lists/ for it.\nAnd risk@lists.hub.example",
        "We say: Reply to this message to answer everybody in “Risk assessment”. Nobody read it: lists.hub.example",
        "Biosafety Network Hub\nhttp://127.0.0.1:8000\n\nis where we meet",
    ],
)  # fmt: skip
def test_what_somebody_has_written_stays(text):
    assert without_footers(text) == text
