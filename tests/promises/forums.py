"""What the discussions promise."""

from datetime import timedelta
from typing import Any

from forums import archive, edits, mentions, pages, participants, policy, rules, selectors, services
from forums.drafts import Draft
from forums.known import RecordExcerpt
from forums.models import Contribution, ForumPolicy, Revision
from forums.selectors import discussions, news, topics, unread
from forums.services import concerns, edit, reading, repeats
from forums.services.archive import join_threads
from forums.services.log import note_act, note_on_contribution
from forums.services.provision import admit_members
from forums.services.publish import _count, _parent_of, count_as_new
from forums.services.rendering import render_contributions_again
from forums.views.common import place_of
from hub.members.models import Member
from tests.promises import ACCESS, Promise
from tests.promises.network import Network


def _seen_by_oona(hub: Network) -> selectors.Discussion:
    """Return the closed discussion for somebody who only reads, and who has looked at nothing yet."""
    return selectors.discussion_for(hub.oona, hub.forum_id)


def _with_access(hub: Network) -> tuple[Network, policy.Access]:
    return hub, policy.access_of(hub.oona)


def _draft(hub: Network, **fields: Any) -> Draft:
    return Draft(forum_id=hub.forum_id, text="A new word.", **fields)


def _question(hub: Network) -> rules.DraftQuestion:
    access = policy.Access({hub.forum_id: hub.discussion.rights})
    return rules.DraftQuestion(_draft(hub), hub.amina, hub.topic, hub.discussion.policy, access, hub.now)


def _bare(hub: Network) -> Contribution:
    return Contribution.objects.select_related("post").get(pk=hub.edited.pk)


def _excerpt(hub: Network) -> RecordExcerpt:
    return RecordExcerpt(
        now=hub.now,
        forums={hub.forum_id},
        members={hub.amina.pk: hub.amina},
        numbers=[hub.first.number],
        message_ids=[hub.first.message_id],
    )


def _decide_edit(hub: Network) -> Any:
    row, place = hub.contributions[0], hub.discussion
    return rules.decide_edit(contribution=row, actor=hub.amina, policy=place.policy, rights=place.rights, now=hub.now)


def _all_read(hub: Network) -> Network:
    services.mark_read(member=hub.amina, topic_id=hub.topic.pk, number=hub.newest.number + 10**6)
    return hub


def _asked_seals(hub: Network) -> Any:
    return pages._asked_seals(hub.contributions, hub.discussion, hub.amina)


def _admit_members(hub: Network) -> Any:
    return admit_members(forum_id=hub.moderated.forum_id, member_ids=[hub.boris.pk, hub.oona.pk], now=hub.now)


def _topic_page(hub: Network, member: Any) -> pages.TopicPage:
    return pages.topic_page(topic=hub.topic, discussion=hub.discussion, member=member, page=1)


def _shown(hub: Network) -> Any:
    return pages.shown_contributions(hub.contributions, discussion=hub.discussion, member=hub.amina)


def _enter(words: Any) -> None:
    with words:
        pass


def _whole(contribution: Contribution) -> Contribution:
    return Contribution.objects.select_related("post__topic").get(pk=contribution.pk)


def _many_people(hub: Network) -> tuple[Network, list[int]]:
    return hub, list(Member.objects.filter(name__startswith="Person").values_list("pk", flat=True))


def _admit_many(hub: Network, keys: list[int]) -> None:
    admit_members(forum_id=hub.moderated.forum_id, member_ids=keys, now=hub.now)


_NOT_EDITED = [("revision", 0)]
_SELECTORS = "forums.selectors"
_DISCUSSIONS = "forums.selectors.discussions"


def _mentions(hub: Network) -> Any:
    row = Contribution(number=hub.first.number)
    row.html = "<p>@Boris Horvat</p>"
    return selectors.mentions_in([row], hub.amina)


def _whole_row(hub: Network) -> Contribution:
    return Contribution.objects.select_related("post__topic", "parent").get(pk=hub.edited.pk)


def _follow(hub: Network, level: str = services.WATCHING) -> Any:
    return services.follow_topic(member=hub.amina, topic_id=hub.topic.pk, level=level, now=hub.now)


PROMISES = (
    Promise(
        "forums.selectors.discussions.own_overview_for",
        1,
        lambda hub: selectors.own_overview_for(hub.amina, {}),
        besides=ACCESS,
    ),
    Promise("forums.selectors.news.news_for", 2, lambda pair: selectors.news_for(pair[0].oona, pair[1]), _with_access),
    Promise(
        "forums.selectors.news.news_for",
        1,
        lambda pair: selectors.news_for(pair[0].oona, pair[1], page=9_999, size=1_000),
        _with_access,
        besides=2,
    ),
    Promise("forums.selectors.news._topics", 1, lambda hub: news._topics({hub.first.number: 1})),
    Promise("forums.selectors.news.unread_topics_count", 1, lambda hub: selectors.unread_topics_count(hub.oona)),
    Promise("forums.services.horizons.read_everything", 2, lambda hub: services.read_everything(member=hub.oona)),
    Promise(
        "forums.services.horizons.unread_everything",
        2,
        lambda pair: services.unread_everything(member=pair[0].oona, moved=pair[1]),
        lambda hub: (hub, services.read_everything(member=hub.oona)),
    ),
    Promise(
        "forums.selectors.concerns.readers_by_name",
        1,
        lambda hub: selectors.readers_by_name(hub.forum_id, mentions.candidates("@Boris Horvat", "markdown")),
        besides=2,
    ),
    Promise(
        "forums.selectors.concerns.names_offered",
        1,
        lambda hub: list(selectors.names_offered(hub.forum_id, "b")),
        besides=1,
    ),
    Promise("forums.selectors.discussions.closed_above", 1, lambda hub: discussions.closed_above(hub.forum_id)),
    Promise("forums.selectors.concerns.concerned_by", 1, lambda row: selectors.concerned_by(row), _bare),
    Promise("forums.selectors.concerns.mentions_in", 1, _mentions),
    Promise(
        "forums.selectors.concerns.concerns_of",
        1,
        lambda pair: selectors.concerns_of(pair[0].oona, pair[1], limit=30),
        _with_access,
    ),
    Promise("forums.services.concerns.follow_new_words", 1, lambda row: concerns.follow_new_words(row), _whole_row),
    Promise("forums.selectors.following.follow_level", 1, lambda hub: selectors.follow_level(hub.amina, hub.topic.pk)),
    Promise("forums.selectors.following.watching", 0, lambda hub: selectors.watching(hub.topic.pk)),
    Promise("forums.selectors.following.muting", 0, lambda hub: selectors.muting(hub.topic.pk)),
    Promise(
        "forums.selectors.following.topics_apart", 1, lambda hub: selectors.topics_apart({hub.topic.pk}, {hub.amina.pk})
    ),
    Promise("forums.selectors.following.muted_forums", 1, lambda hub: selectors.muted_forums(hub.amina)),
    Promise("forums.services.following.follow_topic", 3, _follow, besides=2 + ACCESS),
    Promise(
        "forums.services.following.mute_forums",
        2,
        lambda hub: services.mute_forums(member=hub.amina, forums={hub.forum_id: True, hub.moderated.forum_id: False}),
    ),
    Promise("forums.archive.contributions_in", 2, lambda hub: next(archive.contributions_in(hub.forum_id))),
    Promise("forums.archive.words_of", 1, lambda hub: archive.words_of(hub.newest.number)),
    Promise("forums.archive.check_reader", 1, lambda hub: archive.check_reader(hub.amina, hub.forum_id)),
    Promise("forums.archive.known_message_ids", 1, lambda hub: archive.known_message_ids(hub.forum_id)),
    Promise("forums.edits.edit_of", 0, lambda hub: [edits.edit_of(row) for row in hub.contributions]),
    Promise("forums.edits.edit_of", 1, lambda row: edits.edit_of(row), _bare),
    Promise("forums.edits.edits_of", 1, lambda hub: edits.edits_of(hub.contributions)),
    Promise(
        "forums.edits.edits_of", 0, lambda hub: edits.edits_of(row for row in hub.contributions if not row.revision)
    ),
    Promise("forums.edits.is_closed_record", 2, lambda hub: edits.is_closed_record(hub.contributions[0], hub.now)),
    Promise(
        "forums.edits.history_for",
        1,
        lambda hub: edits.history_for(hub.amina, hub.first.number),
        besides=2 + 2 * ACCESS,
    ),
    Promise(
        "forums.edits.summary_history_for",
        1,
        lambda hub: edits.summary_history_for(hub.amina, hub.forum_id),
        besides=1 + ACCESS,
    ),
    Promise("forums.edits.summary_revision_of", 2, lambda hub: edits.summary_revision_of(hub.chen, hub.forum_id)),
    Promise("forums.known.RecordExcerpt", 4, lambda hub: _excerpt(hub), besides=1),
    Promise("forums.pages.ShownContribution.files", 0, lambda hub: pages.ShownContribution(hub.contributions[0]).files),
    Promise("forums.models.contributions.Contribution.files", 1, lambda hub: _bare(hub).files, besides=1),
    Promise("forums.pages._asked_seals", 1, lambda hub: _asked_seals(hub)),
    Promise("forums.pages.shown_contributions", 2, lambda hub: _shown(hub)),
    Promise("forums.pages.topic_page", 6, lambda hub: _topic_page(hub, None)),
    Promise("forums.pages.topic_page", 6, lambda hub: _topic_page(hub, hub.amina), besides=2 + ACCESS),
    Promise("forums.pages.newest_of", 1, lambda hub: pages.newest_of(hub.discussion, limit=20)),
    Promise("forums.pages.silenced", 0, lambda hub: pages.silenced(hub.discussion, hub.topic, hub.amina, hub.now)),
    Promise("forums.pages.leaders_to_ask", 1, lambda seen: pages.leaders_to_ask(seen, seen.reader), _seen_by_oona),
    Promise("forums.pages.leaders_to_ask", 0, lambda hub: pages.leaders_to_ask(hub.discussion, hub.amina)),
    Promise("forums.participants.regions_for", 1, lambda hub: participants.regions_for(hub.discussion)),
    Promise(
        "forums.pages.contributions_per_week",
        1,
        lambda hub: pages.contributions_per_week(hub.forum_id, since=hub.now - timedelta(days=9)),
    ),
    Promise("forums.policy.access_of", 1, lambda hub: policy.access_of(hub.amina)),
    Promise("forums.policy.access_of", 1, lambda _hub: policy.access_of(None)),
    Promise("forums.policy.standing_of", 1, lambda hub: policy.standing_of(hub.amina, hub.forum_id)),
    Promise(
        "forums.policy.check_still_led",
        1,
        lambda hub: policy.check_still_led(forum_id=hub.forum_id, member_id=hub.amina.pk),
    ),
    Promise("forums.rules.silence", 0, lambda hub: rules.silence(_question(hub))),
    Promise(
        "forums.rules.decide",
        2,
        lambda hub: rules.decide(draft=_draft(hub), author=hub.amina, topic=None, now=hub.now),
    ),
    Promise("forums.rules.check_edits", 1, lambda hub: rules.check_edits(hub.amina, hub.discussion.rights, hub.now)),
    Promise("forums.rules.check_edits", 0, lambda hub: rules.check_edits(hub.chen, {policy.EDIT_ALL}, hub.now)),
    Promise("forums.rules.sealed_among", 1, lambda hub: rules.sealed_among(hub.contributions)),
    Promise("forums.rules.decide_edit", 0, lambda hub: _decide_edit(hub)),
    Promise(f"{_SELECTORS}.contributions.numbers_on", 1, lambda hub: selectors.numbers_on(hub.topic, 1)),
    Promise(f"{_SELECTORS}.contributions.contributions_of", 3, lambda hub: selectors.contributions_of(hub.topic)),
    Promise(
        f"{_SELECTORS}.contributions.contributions_in",
        2,
        lambda hub: selectors.contributions_in(hub.topic, selectors.numbers_on(hub.topic, 1)),
        besides=1,
    ),
    Promise(
        f"{_SELECTORS}.contributions.contributions_after", 2, lambda hub: selectors.contributions_after(hub.topic, 0)
    ),
    Promise(f"{_SELECTORS}.contributions.page_of", 1, lambda hub: selectors.page_of(hub.newest)),
    Promise(f"{_SELECTORS}.contributions.newest_number", 1, lambda hub: selectors.newest_number(hub.forum_id)),
    Promise(f"{_DISCUSSIONS}.Discussion.new", 1, lambda seen: seen.new, _seen_by_oona, besides=ACCESS),
    Promise(f"{_DISCUSSIONS}.Discussion.members", 1, lambda seen: seen.members, _seen_by_oona),
    Promise(f"{_DISCUSSIONS}.Discussion.silence", 0, lambda seen: seen.silence, _seen_by_oona),
    Promise(
        f"{_DISCUSSIONS}.silence_in",
        0,
        lambda hub: selectors.silence_in(hub.amina, hub.discussion.policy, hub.discussion.rights),
    ),
    Promise(f"{_DISCUSSIONS}.overview_for", 4, lambda hub: selectors.overview_for(hub.amina)),
    Promise(f"{_DISCUSSIONS}.overview_for", 3, lambda _hub: selectors.overview_for(None)),
    Promise(
        f"{_DISCUSSIONS}.discussion_for",
        1,
        lambda hub: selectors.discussion_for(hub.amina, hub.forum_id),
        besides=ACCESS,
    ),
    Promise(f"{_DISCUSSIONS}.first_participants_of", 1, lambda hub: selectors.first_participants_of(hub.discussion)),
    Promise(f"{_DISCUSSIONS}.regions_of", 1, lambda hub: selectors.regions_of(hub.discussion)),
    Promise(
        f"{_DISCUSSIONS}.readers_among",
        1,
        lambda hub: selectors.readers_among(hub.forum_id, {hub.amina.pk, hub.stella.pk}),
        besides=1,
    ),
    Promise(f"{_DISCUSSIONS}._forum", 1, lambda hub: discussions._forum(hub.forum_id)),
    Promise(f"{_DISCUSSIONS}._forum", 0, lambda _hub: discussions._forum(None)),
    Promise(f"{_SELECTORS}.held.held_for", 2, lambda hub: selectors.held_for(hub.chen), besides=ACCESS),
    Promise(
        f"{_SELECTORS}.held.held_after", 2, lambda hub: selectors.held_after(hub.chen, hub.held.number), besides=ACCESS
    ),
    Promise(f"{_SELECTORS}.held.home_blocks", 3, lambda hub: selectors.home_blocks(member=hub.chen, now=hub.now)),
    Promise(f"{_SELECTORS}.topics._keys_on", 1, lambda hub: topics._keys_on(hub.forum_id, 1, 50)),
    Promise(f"{_SELECTORS}.topics._keys_on", 2, lambda hub: topics._keys_on(hub.forum_id, 2, 50)),
    Promise(
        f"{_SELECTORS}.topics.topics_for",
        3,
        lambda seen: selectors.topics_for(seen.reader, seen),
        _seen_by_oona,
        ACCESS,
    ),
    Promise(
        f"{_SELECTORS}.unread.new_counts_for",
        1,
        lambda pair: selectors.new_counts_for(pair[0].oona, pair[1]),
        _with_access,
    ),
    Promise(
        f"{_SELECTORS}.unread.new_in_topics",
        1,
        lambda pair: unread.new_in_topics(pair[0].oona, pair[1], pair[0].forum_id, [pair[0].topic.pk]),
        _with_access,
    ),
    Promise(
        f"{_SELECTORS}.topics.topic_for",
        1,
        lambda hub: selectors.topic_for(hub.amina, hub.topic.pk),
        besides=ACCESS,
    ),
    Promise(
        f"{_SELECTORS}.discussions.discussion_in",
        0,
        lambda hub: discussions.discussion_in(hub.amina, hub.discussion.policy),
        besides=ACCESS,
    ),
    Promise(
        f"{_SELECTORS}.unread.reading_place",
        2,
        lambda hub: selectors.reading_place(hub.oona, hub.topic),
        besides=ACCESS,
    ),
    Promise(
        f"{_SELECTORS}.unread.reading_place",
        1,
        lambda hub: selectors.reading_place(hub.amina, hub.topic),
        _all_read,
        besides=ACCESS,
    ),
    Promise("forums.services.edit.words_at", 0, lambda hub: edit.words_at(hub.edited, hub.edited.revision)),
    Promise("forums.services.edit.words_at", 1, lambda hub: edit.words_at(hub.edited, 0)),
    Promise("forums.services.edit._first_text", 1, lambda hub: edit._first_text(Revision.objects.order_by("pk"))),
    Promise(
        "forums.services.edit.check_edit",
        5,
        lambda row: edit.check_edit(row, row.author, row.created_at, reason=""),
        lambda hub: Contribution.objects.select_related("post__topic", "author").get(pk=hub.edited.pk),
    ),
    Promise(
        "forums.services.reading.mark_read",
        1,
        lambda hub: services.mark_read(member=hub.oona, topic_id=hub.topic.pk, number=0),
        lambda hub: services.mark_read(member=hub.oona, topic_id=hub.topic.pk, number=1) or hub,
    ),
    Promise(
        "forums.services.reading.mark_read",
        2,
        lambda hub: services.mark_read(member=hub.oona, topic_id=hub.topic.pk, number=2),
        lambda hub: services.mark_read(member=hub.oona, topic_id=hub.topic.pk, number=1) or hub,
    ),
    Promise(
        "forums.services.publish.count_as_new",
        1,
        lambda hub: count_as_new(hub.topic.pk, hub.forum_id, hub.newest.number),
    ),
    Promise("forums.services.reading.last_number_in", 1, lambda hub: reading.last_number_in(hub.forum_id)),
    Promise(
        "forums.services.reading.mark_forum_read",
        2,
        lambda hub: services.mark_forum_read(member=hub.oona, forum_id=hub.forum_id),
    ),
    Promise(
        "forums.services.repeats.sent_before",
        2,
        lambda hub: repeats.sent_before(draft=_draft(hub, once_key="k", message_id="a@b.example"), author=hub.amina),
    ),
    Promise(
        "forums.services.repeats._number_by_key",
        1,
        lambda hub: repeats._number_by_key(_draft(hub, once_key="k"), hub.amina),
    ),
    Promise("forums.services.repeats._number_by_key", 0, lambda hub: repeats._number_by_key(_draft(hub), hub.amina)),
    Promise(
        "forums.services.repeats._number_by_message_id",
        1,
        lambda hub: repeats._number_by_message_id(_draft(hub, message_id="a@b.example"), hub.amina),
    ),
    Promise(
        "forums.services.repeats.marks_of",
        1,
        lambda hub: repeats.marks_of(_draft(hub, message_id="a@b.example"), hub.amina),
    ),
    Promise(
        "forums.services.repeats._identity", 1, lambda hub: repeats._identity(_draft(hub, message_id="a@b.example"))
    ),
    Promise(
        "forums.services.publish.publish",
        15,
        lambda hub: services.publish(draft=_draft(hub), author=hub.amina, origin="web", now=hub.now),
    ),
    Promise(
        "forums.services.log.note_act",
        1,
        lambda hub: note_act(forum_id=hub.forum_id, act="topic.lock", actor=hub.amina, now=hub.now),
    ),
    Promise(
        "forums.services.edit._keep_present_summary",
        2,
        lambda hub: edit._keep_present_summary(ForumPolicy.objects.get(forum_id=hub.forum_id)),
        besides=1,
    ),
    Promise("forums.services.edit.new_words", 1, lambda hub: _enter(edit.new_words(hub.first.number, "New words."))),
    Promise("forums.services.provision.admit_members", 5, lambda people: _admit_many(*people), _many_people, besides=3),
    Promise("forums.services.publish._count", 3, _count, lambda hub: _whole(hub.newest)),
    Promise("forums.services.publish._parent_of", 1, lambda hub: _parent_of(_draft(hub, parent=hub.first.number))),
    Promise(
        "forums.services.rendering.render_contributions_again",
        1,
        lambda _hub: render_contributions_again(limit=1),
        lambda hub: Contribution.objects.filter(pk=hub.first.pk).update(renderer=0) and hub,
        besides=6,
    ),
    Promise("forums.services.archive.join_threads", 1, lambda hub: join_threads(forum_id=hub.forum_id, known={})),
    Promise(
        "forums.services.log.note_on_contribution",
        1,
        lambda hub: note_on_contribution(hub.contributions[0], "approve", hub.amina, hub.now),
    ),
    Promise("forums.views.common.place_of", 1, lambda hub: place_of(hub.newest)),
)
