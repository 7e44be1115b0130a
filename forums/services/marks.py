"""Carry up to where members have read with the contributions that go to another topic."""

from django.db.models import Min

from forums.models import Contribution, ReadMark, TopicState

BATCH = 1_000


def copy_marks(source_id: int, target_id: int) -> None:
    """Let members have read as far in one topic as in another: numbers go through both.

    Queries: 1, and 1 for each :data:`BATCH` members.
    """
    marks = ReadMark.objects.filter(topic_id=source_id).values_list("member_id", "number")
    _write(target_id, dict(marks))


def join_marks(source_id: int, target_id: int) -> None:
    """Let nothing count as read that was new in one of two topics, before one goes into the other.

    What somebody had read in one of them may count as new again, if something before it in the
    other was new.

    Queries: 5, and 1 for each :data:`BATCH` members.
    """
    last = dict(
        TopicState.objects.filter(topic_id__in=(source_id, target_id)).values_list(
            "topic_id", "last_number"
        )
    )
    marks = {
        topic_id: dict(
            ReadMark.objects.filter(topic_id=topic_id).values_list("member_id", "number")
        )
        for topic_id in (source_id, target_id)
    }
    before = {topic_id: _before(topic_id) for topic_id in marks}
    joined: dict[int, int] = {}
    for member_id in marks[source_id].keys() | marks[target_id].keys():
        read_to = {topic: own.get(member_id, before[topic]) for topic, own in marks.items()}
        behind = [number for topic, number in read_to.items() if number < last.get(topic, 0)]
        joined[member_id] = min(behind, default=max(read_to.values()))
    _write(target_id, joined)


def _before(topic_id: int) -> int:
    """Return a number before all that is shown in a topic."""
    rows = Contribution.objects.filter(topic_id=topic_id, state=Contribution.State.ACCEPTED)
    first = rows.aggregate(first=Min("number"))["first"]
    return max((first or 1) - 1, 0)


def _write(topic_id: int, marks: dict[int, int]) -> None:
    rows = [
        ReadMark(member_id=member_id, topic_id=topic_id, number=number)
        for member_id, number in marks.items()
    ]
    ReadMark.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["member", "topic"],
        update_fields=["number"],
    )
