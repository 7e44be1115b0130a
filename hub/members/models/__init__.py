"""People: members and how they come in, sign in and leave; organisations, and invitations."""

from hub.members.models.applications import Application
from hub.members.models.departures import Departure, DepartureTrace
from hub.members.models.invitations import Invitation
from hub.members.models.organisations import FocalPoint, Organisation, StakeholderGroup
from hub.members.models.people import (
    Member,
    MemberManager,
    NameAttribute,
    NameField,
    display_name,
)
from hub.members.models.sign_ins import (
    SIGN_IN_ENDED,
    ApplicationPassword,
    FactorReset,
    LoginSession,
    LoginSessionManager,
    session_mark,
)

__all__ = [
    "SIGN_IN_ENDED",
    "Application",
    "ApplicationPassword",
    "Departure",
    "DepartureTrace",
    "FactorReset",
    "FocalPoint",
    "Invitation",
    "LoginSession",
    "LoginSessionManager",
    "Member",
    "MemberManager",
    "NameAttribute",
    "NameField",
    "Organisation",
    "StakeholderGroup",
    "display_name",
    "session_mark",
]
