"""Journeys of those who lead a moderated discussion, and of those who write in it."""

from tests.flow.journeys.mailbox import words_of
from tests.flow.journeys.stage import Stage, journey


def _hold(stage: Stage) -> None:
    """Let the writer say something that waits for the moderators."""
    stage.writer.write(stage.address("led"), f"Subject {stage.mark}", stage.text())


@journey
def approve(stage: Stage) -> None:
    """An answer with the word for "approve" shows it to all; the other moderator learns who did."""
    _hold(stage)
    stage.leader.answer(stage.leader.wait(stage.mark), stage.word("approve"))
    stage.writer.wait(stage.mark)
    stage.deputy.wait(stage.leader.name)


@journey
def approve_by_the_subject(stage: Stage) -> None:
    """The link of the letter writes the order into the subject; the text stays empty."""
    _hold(stage)
    stage.leader.answer(stage.leader.wait(stage.mark), "", subject="APPROVE", quote=False)
    stage.writer.wait(stage.mark)


@journey
def reject(stage: Stage) -> None:
    """A rejection needs a reason; the author gets it with the text, nobody else sees the contribution."""
    _hold(stage)
    stage.deputy.answer(stage.deputy.wait(stage.mark), f"{stage.word('reject')} Reason of {stage.mark}")
    told = stage.writer.wait(f"Reason of {stage.mark}")
    assert stage.text() in words_of(told) and not stage.reader.got(stage.mark)
    stage.leader.wait(stage.deputy.name)


@journey
def edit(stage: Stage) -> None:
    """EDIT and the new text below it: that text is published."""
    _hold(stage)
    stage.leader.answer(stage.leader.wait(stage.mark), f"{stage.word('edit')}\n\nBetter {stage.mark}")
    stage.reader.wait(f"Better {stage.mark}")


@journey
def who_is_second_is_told(stage: Stage) -> None:
    """The first decision counts; the second moderator learns whose it was, and nothing happens twice."""
    _hold(stage)
    first, second = stage.leader.wait(stage.mark), stage.deputy.wait(stage.mark)
    stage.leader.answer(first, stage.word("approve"))
    stage.writer.wait(stage.mark)
    late = stage.deputy.answer(second, f"{stage.word('reject')} Too late {stage.mark}")
    assert stage.leader.name in words_of(stage.answer_to(stage.deputy, late))
    assert not stage.writer.got(f"Too late {stage.mark}")


@journey
def a_forwarded_order_does_nothing(stage: Stage) -> None:
    """The address in a moderator's letter is of no use to anybody else."""
    _hold(stage)
    to = stage.leader.wait(stage.mark)["Reply-To"].addresses[0].addr_spec
    code, _ = stage.reader.send(stage.reader.compose(to, "APPROVE", "APPROVE"), proven=False)
    assert code == 550
    stage.leader.answer(stage.leader.wait(stage.mark), stage.word("approve"))
    stage.reader.wait(stage.mark)


@journey
def the_roster(stage: Stage) -> None:
    """Those who lead see who takes part, without addresses; a participant does not."""
    text = words_of(stage.command(stage.leader, stage.word("review"), which="led"))
    assert stage.writer.name in text and stage.writer.email not in text
    assert stage.writer.name not in words_of(stage.command(stage.reader, stage.word("review"), which="led"))


@journey
def write_to_the_owners(stage: Stage) -> None:
    """A mail to -owner reaches those who lead."""
    stage.reader.write(stage.address("led", "-owner"), f"Question {stage.mark}", stage.text())
    stage.leader.wait(stage.mark)
    stage.deputy.wait(stage.mark)


@journey
def hand_over(stage: Stage) -> None:
    """A moderator gives the lead to a participant, who then decides by mail, and in the end gives it up again."""
    stage.command(stage.leader, f"{stage.word('handover')} {stage.reader.email}", which="led")
    stage.reader.wait(stage.world["led"])
    _hold(stage)
    stage.reader.answer(stage.reader.wait(stage.mark), stage.word("approve"))
    stage.writer.wait(stage.mark)
    stage.command(stage.reader, "STEPDOWN", which="led")
