"""Write down whom a contribution concerns: who is mentioned in it, and who is answered."""

from forums.mentions import candidates, mentioned
from forums.models import Concern, Contribution
from forums.selectors.concerns import readers_by_name

Kind = Concern.Kind


def note_concerns(contribution: Contribution) -> dict[int, str]:
    """Record whom a new contribution concerns, in its transaction.

    It asks who has a name only where the text may name somebody.

    Returns: ``dict[int, str]  # member key -> kind``.
    """
    rows = _rows(contribution)
    if rows:
        Concern.objects.bulk_create(rows)
    return {row.member_id: row.kind for row in rows}


def follow_new_words(contribution: Contribution) -> set[int]:
    """Bring the concerns of a contribution up to its new words; return who is mentioned anew.

    Queries: 1, 2 more for changes, and those of
    :func:`forums.selectors.concerns.readers_by_name` where the text may name somebody.
    """
    saved = Concern.objects.filter(contribution=contribution)
    before = {row.member_id: row for row in saved}
    after = {row.member_id: row for row in _rows(contribution)}
    named_before = {pk for pk, row in before.items() if row.written}
    named_now = {pk for pk, row in after.items() if row.written}
    if {pk: row.written for pk, row in before.items()} == {
        pk: row.written for pk, row in after.items()
    }:
        return set()
    saved.delete()
    Concern.objects.bulk_create(after.values())
    return named_now - named_before


def _rows(contribution: Contribution) -> list[Concern]:
    """Return whom a contribution concerns, not yet saved: nobody is concerned by their own."""
    if contribution.imported is not None:
        return []
    named = _named(contribution)
    kinds = {pk: Concern(kind=Kind.MENTION, written=written) for pk, written in named.items()}
    parent = contribution.parent
    if parent is not None:
        kinds.setdefault(parent.author_id, Concern(kind=Kind.ANSWER))
    kinds.pop(contribution.author_id, None)
    for pk, row in kinds.items():
        row.contribution, row.member_id = contribution, pk
    return list(kinds.values())


def _named(contribution: Contribution) -> dict[int, str]:
    rows = candidates(contribution.text, contribution.format)
    if not rows:
        return {}
    return mentioned(rows, readers_by_name(contribution.post.topic.forum_id, rows))
