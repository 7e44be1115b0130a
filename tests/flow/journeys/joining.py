"""Journeys of joining, choosing how the mail comes, and leaving."""

import re

from tests.flow.journeys.mailbox import words_of
from tests.flow.journeys.stage import Stage, journey


def _post(stage: Stage) -> str:
    """Let the writer say something new; return its mark once the writer's own copy is here."""
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    stage.writer.wait(stage.mark)
    return stage.mark


def _say_again(stage: Stage) -> str:
    """Say something under a second mark."""
    stage.mark += "y"
    return _post(stage)


@journey
def join_by_address(stage: Stage) -> None:
    """An empty mail to -join, signed in; the answer says so, and what is said next arrives."""
    question = stage.newcomer.write(stage.address("open", "-join"), "", "\n")
    stage.answer_to(stage.newcomer, question)
    stage.newcomer.wait(_post(stage))


@journey
def join_by_word(stage: Stage) -> None:
    """The word for "subscribe" of the person's own language."""
    stage.command(stage.newcomer, stage.word("subscribe"))
    stage.newcomer.wait(_post(stage))


@journey
def join_unproven_and_confirm_by_mail(stage: Stage) -> None:
    """Nobody is believed without proof: the hub asks the registered address, and an answer to it is the proof."""
    stage.command(stage.newcomer, stage.word("unsubscribe"))
    stage.newcomer.write(stage.address("open", "-join"), "", "\n", proven=False)
    ask = stage.newcomer.wait("-confirm+")
    address = re.search(r"[\w-]+-confirm\+[a-z0-9]+@[\w.]+", words_of(ask))
    assert address is not None
    stage.newcomer.write(address[0], "", "\n", proven=False)
    stage.hub_wait(lambda: "@" in words_of(stage.newcomer.inbox()[-1]), "an answer")
    stage.newcomer.wait(_post(stage))


@journey
def join_unproven_and_confirm_by_link(stage: Stage) -> None:
    """The link only shows; the button on its page decides."""
    stage.command(stage.newcomer, stage.word("unsubscribe"))
    stage.newcomer.write(stage.address("open", "-request"), "", stage.word("subscribe"), proven=False)
    ask = stage.newcomer.wait("/mail/confirm/")
    link = next(line.strip() for line in words_of(ask).splitlines() if "/mail/confirm/" in line)
    stage.fetch(link)
    before = len(stage.newcomer.inbox())
    _post(stage)
    assert len(stage.newcomer.inbox()) == before, "a look at the link subscribed"
    stage.press(link, "confirm")
    stage.newcomer.wait(_say_again(stage))


@journey
def leave_by_the_address_in_a_mail(stage: Stage) -> None:
    """List-Unsubscribe names an address; an empty mail to it is enough."""
    stage.command(stage.newcomer, stage.word("subscribe"))
    copy = stage.newcomer.wait(_post(stage))
    address = re.search(r"mailto:([^>]+)>", str(copy["List-Unsubscribe"]))
    assert address is not None
    stage.newcomer.write(address[1], "", "\n", proven=False)
    stage.hub_wait(lambda: _is_silent(stage), "silence after leaving")


def _is_silent(stage: Stage) -> bool:
    return not stage.newcomer.got(_say_again(stage))


@journey
def leave_by_one_click(stage: Stage) -> None:
    """A mail program posts to the link of RFC 8058; that a scanner opens it changes nothing."""
    stage.command(stage.newcomer, stage.word("subscribe"))
    copy = stage.newcomer.wait(_post(stage))
    link = re.search(r"<(https?://[^>]+)>", str(copy["List-Unsubscribe"]))
    assert link is not None
    stage.fetch(link[1])
    stage.newcomer.wait(_say_again(stage))
    stage.fetch(link[1], b"List-Unsubscribe=One-Click")
    assert _is_silent(stage)


@journey
def leave_by_word_and_come_back(stage: Stage) -> None:
    """Leaving and joining again, in the person's own language."""
    stage.command(stage.newcomer, stage.word("subscribe"))
    stage.command(stage.newcomer, stage.word("unsubscribe"))
    assert _is_silent(stage)
    stage.command(stage.newcomer, stage.word("subscribe"))
    stage.newcomer.wait(_say_again(stage))


@journey
def digest_and_back(stage: Stage) -> None:
    """In digest mode nothing comes at once; back to single mails, what was not sent yet comes together."""
    stage.command(stage.reader, stage.word("digest"))
    mark = _post(stage)
    assert not stage.reader.got(mark)
    stage.command(stage.reader, stage.word("mail"))
    stage.reader.wait(_say_again(stage))


@journey
def digest_by_address(stage: Stage) -> None:
    """The addresses -digest and -mail do what the words do."""
    stage.answer_to(stage.reader, stage.reader.write(stage.address("open", "-digest"), "", "\n"))
    assert not stage.reader.got(_post(stage))
    stage.answer_to(stage.reader, stage.reader.write(stage.address("open", "-mail"), "", "\n"))
    stage.reader.wait(_say_again(stage))


@journey
def no_mail_and_back(stage: Stage) -> None:
    """NOMAIL keeps the place, MAIL takes it up."""
    stage.answer_to(stage.reader, stage.reader.write(stage.address("open", "-nomail"), "", "\n"))
    assert not stage.reader.got(_post(stage))
    stage.command(stage.reader, stage.word("mail"))
    stage.reader.wait(_say_again(stage))


@journey
def pause_and_resume(stage: Stage) -> None:
    """A pause until a date; RESUME ends it early."""
    stage.command(stage.reader, stage.word("pause"))
    assert not stage.reader.got(_post(stage))
    stage.command(stage.reader, stage.word("resume"))
    stage.reader.wait(_say_again(stage))


@journey
def notices_only(stage: Stage) -> None:
    """A notice names subject, author and number; the text is one GET away."""
    stage.command(stage.reader, stage.word("notices"))
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", f"{stage.text()} and-not-this")
    notice = stage.hub_wait(
        lambda: next((mail for mail in stage.reader.inbox() if stage.mark in str(mail["Subject"])), None), "a notice"
    )
    assert "and-not-this" not in words_of(notice)
    stage.command(stage.reader, stage.word("mail"))


@journey
def without_my_own_copy(stage: Stage) -> None:
    """Who wants no copy of what they say gets none, and one again later."""
    stage.command(stage.writer, stage.word("owncopy_off"))
    stage.writer.write(stage.address("open"), f"Subject {stage.mark}", stage.text())
    stage.reader.wait(stage.mark)
    assert not stage.writer.got(stage.mark)
    stage.command(stage.writer, stage.word("owncopy_on"))
    _say_again(stage)


@journey
def which_lists(stage: Stage) -> None:
    """WHICH names the person's lists and nobody else's."""
    text = words_of(stage.command(stage.reader, stage.word("which")))
    assert stage.world["open"] in text and stage.world["led"] in text


@journey
def info_and_help(stage: Stage) -> None:
    """INFO tells of the list, HELP of the commands."""
    assert stage.world["open"] in words_of(stage.command(stage.newcomer, stage.word("info")))
    assert stage.word("search").casefold() in words_of(stage.command(stage.newcomer, stage.word("help"))).casefold()


@journey
def nonsense_gets_help_and_no_loop(stage: Stage) -> None:
    """What nobody understands gets the help once; an automatic mail gets nothing."""
    stage.newcomer.write(stage.address("open", "-request"), "", "xyzzy plugh", Auto_Submitted="auto-replied")
    answer = stage.command(stage.newcomer, f"xyzzy {stage.mark}")
    assert len([mail for mail in stage.newcomer.inbox() if mail["Auto-Submitted"]]) == 1, answer["Subject"]
