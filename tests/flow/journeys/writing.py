"""Journeys of writing, answering, attaching, searching and getting."""

import re

from tests.flow.journeys.mailbox import words_of
from tests.flow.journeys.stage import Stage, journey


def _number(mail: object) -> str:
    """Return the number of the contribution that a copy brings."""
    found = re.search(r"/c/(\d+)/", str(mail["Archived-At"]))  # type: ignore[index]
    assert found is not None
    return found[1]


@journey
def post_and_receipt(stage: Stage) -> None:
    """What is said reaches everybody, in each reader's language; the author's copy is the receipt."""
    sent = stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    copy, mine = stage.reader.wait(stage.mark), stage.writer.wait(stage.mark)
    assert copy["Message-ID"] == sent["Message-ID"] == mine["Message-ID"]
    assert copy["List-Id"] and copy["Archived-At"] and copy["List-Unsubscribe-Post"]
    assert stage.writer.email not in copy.as_string()


@journey
def post_unproven_and_confirm(stage: Stage) -> None:
    """A mail without proof waits; the registered address decides."""
    mail = stage.writer.compose(stage.address("led"), f"Subject {stage.mark}", stage.text())
    code, _ = stage.writer.send(mail, proven=False)
    assert code == 250
    ask = stage.writer.wait("-confirm+", stage.mark)
    address = re.search(r"[\w-]+-confirm\+[a-z0-9]+@[\w.]+", words_of(ask))
    assert address is not None and not stage.leader.got(stage.mark)
    stage.writer.write(address[0], "", "\n", proven=False)
    stage.leader.wait(stage.mark)


@journey
def new_thread_in_my_script(stage: Stage) -> None:
    """A subject in the person's own script comes back letter by letter, with the list's tag once."""
    subject = f"{stage.text()}"
    stage.writer.write(stage.address("open"), subject, stage.text())
    assert str(stage.reader.wait(stage.mark)["Subject"]) == f"[{stage.world['open']}] {subject}"


@journey
def reply_threads(stage: Stage) -> None:
    """An answer to the copy stands under it: no password, what it quotes is folded away."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    copy = stage.reader.wait(stage.mark)
    stage.reader.answer(copy, f"Answer of {stage.mark}")
    answer = stage.writer.wait(f"Answer of {stage.mark}")
    assert answer["In-Reply-To"] == copy["Message-ID"] and copy["Message-ID"] in str(answer["References"])
    assert "\n>" not in words_of(answer)


@journey
def reply_to_all_is_one_word(stage: Stage) -> None:
    """A reply to list and reply address at once is one contribution."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    copy = stage.reader.wait(stage.mark)
    to = copy["Reply-To"].addresses[0].addr_spec
    mail = stage.reader.compose(f"{to}, {stage.address('open')}", f"Re: {copy['Subject']}", f"All of {stage.mark}")
    assert stage.reader.send(mail, proven=False)[0] == 250
    stage.writer.wait(f"All of {stage.mark}")
    stage.writer.write(stage.address("open"), "End", f"End of {stage.mark}")
    stage.writer.wait(f"End of {stage.mark}")
    assert len([one for one in stage.writer.inbox() if f"All of {stage.mark}" in words_of(one)]) == 1


@journey
def reply_below_the_quote(stage: Stage) -> None:
    """Who answers point by point keeps the points."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", f"First {stage.mark}\nSecond {stage.mark}")
    copy = stage.reader.wait(stage.mark)
    text = f"> First {stage.mark}\n\nYes to the first.\n\n> Second {stage.mark}\n\nNo to the second.\n"
    stage.reader.answer(copy, text, quote=False)
    answer = stage.writer.wait("Yes to the first.", "No to the second.", stage.mark)
    assert f"> First {stage.mark}" in words_of(answer)


@journey
def attach_and_get(stage: Stage) -> None:
    """A file is named with a link in the copies; a GET brings it."""
    mail = stage.writer.compose(stage.address("open"), f"Subject {stage.mark}", stage.text())
    content = f"baseline,{stage.mark}\n".encode()
    mail.add_attachment(content, maintype="text", subtype="csv", filename=f"{stage.mark}.csv")
    assert stage.writer.send(mail)[0] == 250
    copy = stage.reader.wait(stage.mark, f"{stage.mark}.csv")
    answer = stage.command(stage.reader, f"GET attachment 1 of {_number(copy)}")
    files = [part.get_content() for part in answer.iter_attachments()]
    assert stage.mark in str(files[0])


@journey
def a_refused_file_says_so(stage: Stage) -> None:
    """A program is refused in the session, with a sentence; nothing is lost on the way."""
    mail = stage.writer.compose(stage.address("open"), f"Subject {stage.mark}", stage.text())
    mail.add_attachment(b"MZ", maintype="application", subtype="x-msdownload", filename="setup.exe")
    code, reply = stage.writer.send(mail)
    assert code == 550 and reply.startswith("5.6.1"), reply


@journey
def search_and_get(stage: Stage) -> None:
    """SEARCH finds what was said, GET brings it whole."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    number = _number(stage.reader.wait(stage.mark))
    assert number in words_of(stage.command(stage.reader, f"{stage.word('search')} {stage.mark}"))
    assert stage.text() in words_of(stage.command(stage.reader, f"{stage.word('get')} {number}"))


@journey
def what_is_closed_stays_closed(stage: Stage) -> None:
    """A newcomer finds and gets nothing of the closed discussion, and cannot write to it."""
    stage.leader.write(stage.address("led"), f"Subject {stage.mark}", stage.text())
    number = _number(stage.deputy.wait(stage.mark))
    assert stage.text() not in words_of(stage.command(stage.newcomer, f"{stage.word('search')} {stage.mark}"))
    assert stage.mark not in words_of(stage.command(stage.newcomer, f"{stage.word('get')} {number}"))
    code, _ = stage.newcomer.send(stage.newcomer.compose(stage.address("led"), "In", "Let me in"))
    assert code == 550


@journey
def a_private_answer(stage: Stage) -> None:
    """The author's alias takes a private answer; neither learns the other's address, nobody else gets it."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    copy = stage.reader.wait(stage.mark)
    alias = re.search(r"[\w-]+\+a\.[a-z0-9]+@[\w.]+", words_of(copy) + str(copy["From"]))
    assert alias is not None
    stage.reader.write(alias[0], "Between us", f"Private {stage.mark}")
    private = stage.writer.wait(f"Private {stage.mark}")
    assert stage.reader.email not in private.as_string() and not stage.leader.got(f"Private {stage.mark}")


@journey
def an_absence_notice_says_nothing(stage: Stage) -> None:
    """An automatic reply to a copy is neither posted nor answered."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    copy = stage.reader.wait(stage.mark)
    to = copy["Reply-To"].addresses[0].addr_spec
    away = stage.reader.compose(to, "Away", f"I am away {stage.mark}", Auto_Submitted="auto-replied")
    assert stage.reader.send(away, proven=False)[0] == 250
    stage.writer.write(stage.address("open"), "End", f"End of {stage.mark}")
    stage.writer.wait(f"End of {stage.mark}")
    assert not stage.writer.got(f"I am away {stage.mark}")
