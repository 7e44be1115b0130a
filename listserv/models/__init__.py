"""Rows of mail: lists and subscriptions, what came in, and what is on its way out."""

from listserv.models.archive import ArchiveImport
from listserv.models.bounces import AddressHealth, Bounce
from listserv.models.hold import DeliveryHold
from listserv.models.inbound import HELD_FOR, REFUSED_KEPT, InboundMail
from listserv.models.lists import MailingList, Subscription
from listserv.models.mailings import Mailing, Retry
from listserv.models.moderation import ShownRevision
from listserv.models.notices import Notice, RelayTrouble
from listserv.models.notification_settings import NotificationSettings
from listserv.models.procedures import Procedure

__all__ = [
    "HELD_FOR",
    "REFUSED_KEPT",
    "AddressHealth",
    "ArchiveImport",
    "Bounce",
    "DeliveryHold",
    "InboundMail",
    "Mailing",
    "MailingList",
    "Notice",
    "NotificationSettings",
    "Procedure",
    "RelayTrouble",
    "Retry",
    "ShownRevision",
    "Subscription",
]
