"""What can be done in a conference; pages, mail, the demo and the clock call nothing else."""

from conferences.services.clock import keep_time
from conferences.services.conduct import close_session, open_session, take_item
from conferences.services.convene import (
    add_agenda_item,
    admit_people,
    admit_person,
    convene_conference,
    end_conference,
    hours_of,
    reschedule_session,
    schedule_session,
)
from conferences.services.floor import (
    ask_for_floor,
    end_floor,
    give_floor,
    return_floor,
    withdraw_request,
)
from conferences.services.log import forget_names
from conferences.services.speak import intervene

__all__ = [
    "add_agenda_item",
    "admit_people",
    "admit_person",
    "ask_for_floor",
    "close_session",
    "convene_conference",
    "end_conference",
    "end_floor",
    "forget_names",
    "give_floor",
    "hours_of",
    "intervene",
    "keep_time",
    "open_session",
    "reschedule_session",
    "return_floor",
    "schedule_session",
    "take_item",
    "withdraw_request",
]
