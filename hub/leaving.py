"""What the rooms register about people who leave for good; :mod:`hub.settings` takes it as it is."""

# Each takes what it keeps of a person out when the person leaves for good: forget(member, now).
HUB_FORGET = ["listserv.retention.forget_member", "forums.services.forget_member", "conferences.services.forget_names"]
# Each takes a person who has left out of rows that many may have, outside of a transaction: scrub(member, person).
HUB_SCRUB = [
    "listserv.forgetting.scrub_mail",
    "forums.services.forgetting.scrub_words",
    "conferences.forgetting.scrub_log",
    "cms.forgetting.scrub_admin",
    "hub.members.forgetting.scrub_people",
]
# Each gives the places where others name a person who has left: traces(member, person) -> iterable of Trace.
HUB_TRACES = [
    "forums.services.forgetting.find_traces",
    "conferences.forgetting.find_traces",
    "liaison.forgetting.find_traces",
    "cms.forgetting.find_traces",
    "hub.members.forgetting.find_traces",
]
