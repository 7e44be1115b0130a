"""Search and get: what the member may read, whole, with its files, and nothing else."""

from email import message_from_bytes, policy

import pytest

from forums import services
from forums.services import Upload
from hub.lib.clock import now as clock
from listserv.models import InboundMail, Notice

pytestmark = pytest.mark.django_db


def attachments(who):
    """The files of the newest letter to somebody."""
    row = [row for row in Notice.objects.order_by("pk") if who.email in row.recipients][-1]
    mail = message_from_bytes(bytes(row.raw), policy=policy.default)
    return [(part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()]


def test_contribution_comes_whole_with_what_was_folded_and_its_files(cast, post):
    first = cast.say(cast.boris, "A question?", subject="Distances", now=clock())
    contribution = cast.say(
        cast.amina, "Twenty metres.", now=clock(), parent=first.number, folded="> An old quote",
        files=(Upload("plan.csv", b"a,b\r\n1,2\r\n", "text/csv"),),
    )  # fmt: skip
    text = post.ask(cast.chen, f"GET {contribution.number}")
    for words in ("Twenty metres.", "> An old quote", "plan.csv", f"Answer to contribution {first.number} by Boris"):
        assert words in text
    assert "A question?" in text + post.ask(cast.chen, f"GET #{first.number} {contribution.number}")


def test_thread_comes_page_by_page(cast, post, settings):
    settings.HUB_RATE_PER_HOUR = 100
    first = cast.say(cast.boris, "Word 0.", subject="Long", now=clock())
    for n in range(1, 22):
        cast.say(cast.boris, f"Word {n}.", topic_id=first.topic_id, now=clock())
    text = post.ask(cast.amina, f"GET THREAD {first.number}")
    assert "Word 0." in text and "Word 19." in text and f"GET THREAD {first.number} PAGE 2" in text
    assert "Word 21." in post.ask(cast.amina, f"GET thread {first.number} page 2")


@pytest.mark.parametrize(
    "order",
    ["GET attachment 2 of {n}", "GET {n} FILE 2", "get file 2 of {n}", "获取 {n} 附件 2", "ПОЛУЧИТЬ ФАЙЛ 2 ИЗ {n}"],
)
def test_file_comes_attached_byte_for_byte(cast, post, order):
    content = bytes(range(256)) * 5
    files = (Upload("a.txt", b"a"), Upload("essai «été».pdf", content, "application/pdf"))
    contribution = cast.say(cast.amina, "Two files.", files=files, now=clock())
    assert "attached" in post.ask(cast.boris, order.format(n=contribution.number))
    assert attachments(cast.boris) == [("essai «été».pdf", content)]


def test_large_file_comes_in_slices(cast, post, settings):
    settings.HUB_ATTACH_MAX_SIZE = 1_000
    content = bytes(range(250)) * 10
    contribution = cast.say(cast.amina, "A file.", files=(Upload("big.pdf", content, "application/pdf"),), now=clock())
    found = []
    for order in (
        f"GET FILE OF {contribution.number}",
        f"GET ATTACHMENT 1 OF {contribution.number} PART 2",
        f"GET {contribution.number} FILE 1 PART 3",
    ):
        post.ask(cast.boris, order)
        found += attachments(cast.boris)
    assert [name for name, _ in found] == ["big.pdf.001", "big.pdf.002", "big.pdf.003"]
    assert b"".join(part for _, part in found) == content
    assert "3 parts" in post.ask(cast.boris, f"GET {contribution.number} FILE 1 PART 4")


def test_one_answer_carries_no_more_files_than_a_mail_may(cast, post, settings):
    settings.HUB_ATTACH_MAX_SIZE = 1_000
    files = (Upload("a.txt", b"a" * 900), Upload("b.txt", b"b" * 900))
    contribution = cast.say(cast.amina, "Files.", files=files, now=clock())
    text = post.ask(cast.boris, f"GET {contribution.number} FILE 1\nGET {contribution.number} FILE 2")
    assert [name for name, _ in attachments(cast.boris)] == ["a.txt"] and "b.txt" in text.partition("Ask for these")[2]


def test_what_is_closed_is_neither_found_nor_brought(cast, post, plaza):
    contribution = cast.say(cast.amina, "A secretword of ours.", files=(Upload("secretword.txt", b"x"),), now=clock())
    number = contribution.number
    orders = f"SEARCH secretword\nGET {number}\nGET THREAD {number}\nGET FILE 1 OF {number}"
    text = post.ask(cast.stella, orders, to="request")
    assert "ours" not in text and text.count("secretword") == 2, "only the question, and that nothing was found"
    assert text.count("no contribution") == 3 and not attachments(cast.stella)
    assert "ours" in post.ask(cast.boris, "SEARCH secretword")


def test_search_names_ten_with_number_author_and_first_words(cast, post):
    contributions = [cast.say(cast.amina, f"Maize number {n}.", now=clock()) for n in range(12)]
    text = post.ask(cast.boris, "SEARCH maize")
    assert "12 contributions" in text and f"{contributions[-1].number}. " in text and "Amina Diallo" in text
    assert f"Maize number {2}." in text and "Maize number 1." not in text and "SEARCH maize PAGE 2" in text
    more = post.ask(cast.boris, "SEARCH maize PAGE 2")
    assert "Maize number 1." in more and "Maize number 2." not in more
    assert "No contributions were found" in post.ask(cast.boris, "SEARCH nothinglikeit")


STRANGE = (
    "GET", "GET everything", "GET 99999999999999999999", "GET FILE", "GET THREAD", "GET ATTACHMENT 9 OF 1 PART 0",
    "SEARCH", 'SEARCH "', "SET", "SET risk", "SET nowhere DIGEST", "CONFIRM", "CONFIRM aaaa", "APPROVE", "REJECT x",
    "ADMIT", "HANDOVER", "FILES", "LANGUAGE klingon", "INFO nowhere", "LOCK", "JOIN nowhere", "LEAVE *", "EDIT 1",
)  # fmt: skip


@pytest.mark.parametrize("start", range(0, len(STRANGE), 8))
def test_order_that_cannot_be_done_is_answered_and_never_fails(cast, post, start):
    text = post.ask(cast.boris, "\n".join(STRANGE[start : start + 8]))
    assert text.count("\n> ") == 7 and "\n\n\n" not in text
    assert InboundMail.objects.get().state == "done"


def test_earlier_words_are_one_get_away(cast, post):
    contribution = cast.say(cast.amina, "Fifty metres.", now=clock())
    assert "has not been changed" in post.ask(cast.boris, f"GET {contribution.number} HISTORY")
    services.edit_contribution(
        number=contribution.number, actor=cast.chen, text="Fifty feet.", reason="Wrong units", now=clock()
    )
    text = post.ask(cast.boris, f"GET {contribution.number}")
    assert "Edited by the moderator Chen Wei" in text and f"GET {contribution.number} HISTORY" in text
    number = contribution.number
    for order in (f"GET {number} HISTORY", f"get history of {number}", f"OBTENIR {number} HISTORIQUE"):
        history = post.ask(cast.boris, order)
        assert "Fifty metres." in history and "Fifty feet." in history
        assert "Chen Wei" in history and "Wrong units" in history
    assert "no contribution" in post.ask(cast.stella, f"GET {contribution.number} HISTORY", to="request")
