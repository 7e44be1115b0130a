"""What one room registers with a lower one.

It names dotted paths, which are checked at the start (:mod:`hub.lib.hooks`).
"""

# Each is a class with the methods of forums.outlets.Outlet: rows in the transaction, effects after
# the commit.
HUB_OUTLETS = [
    "hub.search.outlet.SearchOutlet",
    "listserv.outlet.ListOutlet",
    "conferences.outlet.LiveOutlet",
]
# Each answers which topic a new mail to a forum's list belongs to when it replies to nothing:
# (forum) -> topic | None.
HUB_TOPIC_CHOOSERS = ["conferences.selectors.topic_under_discussion"]
# Each says whose a forum is that is changed on other pages than a discussion's: (forum key) ->
# forums.owners.ForumOwner | None.
HUB_FORUM_OWNERS = ["conferences.owners.owner_of_forum", "liaison.selectors.owner_of_forum"]
# Each names the contributions whose record is closed: sealed(contributions) -> dict of number ->
# moment of closing.
HUB_SEALS = ["conferences.selectors.sealed_contributions"]
# Each names the topics that stay where they are: held(topic_ids) -> set of keys.
HUB_TOPIC_HOLDERS = ["conferences.selectors.topics_on_agendas"]
# Each is called in a thread of its own: work(now) -> units of work done.
HUB_QUEUE_WORKERS = {
    "inbound": "listserv.gateway.worker.publish_accepted",
    "mailings": "listserv.outbound.delivery_worker.deliver_mailings",
    "digests": "listserv.digests.digest_worker.send_digests",
    "notices": "listserv.outbound.delivery_worker.deliver_notices",
    "procedures": "listserv.outbound.procedures.send_procedures",
    "bounces": "listserv.maintenance.maintain",
    "clock": "conferences.services.keep_time",
    "periods": "forums.services.keep_periods",
    "tasks": "hub.runtime.tasks.run_tasks",
    "rendering": "hub.runtime.rendering.render_again",
    "prints": "cms.services.printing.make_prints",
}
# Each serves one kind of address that is not a list: a
# listserv.gateway.address_handlers.AddressHandler.
HUB_ADDRESS_HANDLERS = {
    "alias": "listserv.gateway.aliases.HANDLER",
    "confirm": "listserv.gateway.confirmation.HANDLER",
    "owner": "listserv.gateway.leaders.HANDLER",
    "desk": "listserv.bounces.handlers.DESK",
    "bounces": "listserv.bounces.handlers.BOUNCES",
    "returned": "listserv.bounces.handlers.RETURNED",
    "leave": "listserv.commands.handlers.LEAVE",
    "moderate": "listserv.commands.handlers.MODERATE",
    "request": "listserv.commands.handlers.REQUEST",
    **dict.fromkeys(
        ("join", "digest", "mail", "nomail", "help"), "listserv.commands.handlers.ONE_COMMAND"
    ),
}
# Each returns one part of /healthz: probe() -> hub.lib.health.HealthPart.
HUB_HEALTH = [
    "hub.runtime.probes.database",
    "hub.runtime.probes.channel_layer",
    "hub.runtime.probes.web",
    "hub.runtime.probes.worker",
    "hub.runtime.probes.smtp",
    "listserv.probes.mail_queue",
]
# Each names the search scopes a member may read: scopes(member) -> set[str].
HUB_SCOPES = ["forums.selectors.search_scopes_for"]
# Each gives the documents of a room for a full reindex: source() -> iterable of
# hub.search.services.IndexEntry.
HUB_SEARCH_SOURCES = ["forums.selectors.search_documents", "cms.indexing.documents"]
# Each gives a member the words an archive has from an address that is proven to be theirs:
# take_over(author, member).
HUB_TAKE_OVER = ["forums.services.hand_over_words"]
# Each is called in the transaction in which a person becomes a member: welcome(member, now).
HUB_APPROVED = ["forums.services.invitations.enter_invited"]
# Each gives what stands beside a discussion: aside(forum_id, member) -> dict of template variables.
HUB_FORUM_ASIDES = [f"{room}.selectors.forum_aside" for room in ("listserv", "conferences", "cms")]
# Each gives the address at which everybody may read a contribution, empty for none: place(number).
HUB_PUBLISHED = ["cms.selectors.published_place"]
# Each is called when a restored database is whole and not yet in place: after(now=now).
HUB_AFTER_RESTORE = ["listserv.outbound.hold.hold_restored"]
# Each gives the blocks of a member's home: blocks(member, now) -> list[hub.lib.home.Block].
HUB_HOME = [
    "conferences.selectors.home_blocks",
    "forums.selectors.home_blocks",
    "forums.selectors.joining.home_blocks",
    "forums.selectors.convening_blocks",
    "listserv.selectors.home_blocks",
    "listserv.bounces.selectors.home_blocks",
    "hub.members.selectors.home_blocks",
    "liaison.selectors.home_blocks",
]
# Each says how many things are unread, for the head of every page: count(member) -> int, one query.
HUB_UNREAD = ["forums.selectors.unread_topics_count"]
# Each takes what it keeps of a person out when the person leaves for good: forget(member, now).
HUB_FORGET = [
    "listserv.retention.forget_member",
    "forums.services.forget_member",
    "conferences.services.forget_names",
]
# Each takes a person who has left out of rows that many may have, outside of a transaction:
# scrub(member, person).
HUB_SCRUB = [
    "listserv.forgetting.scrub_mail",
    "forums.services.forgetting.scrub_words",
    "conferences.forgetting.scrub_log",
    "cms.forgetting.scrub_admin",
    "hub.members.forgetting.scrub_people",
]
# Each gives the places where others name a person who has left: traces(member, person) -> iterable
# of Trace.
HUB_TRACES = [
    "forums.services.forgetting.find_traces",
    "conferences.forgetting.find_traces",
    "liaison.forgetting.find_traces",
    "cms.forgetting.find_traces",
    "hub.members.forgetting.find_traces",
]
