"""Keep login sessions in Django's database sessions, with whose they are and which client it is.

``SESSION_ENGINE`` names this module. A session that ends, by sign-out or because its key changes,
is told to every process with the commit, so that its sockets end as well; see
:mod:`hub.members.account.services`.
"""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from hub.lib.bus import publish_on_commit
from hub.lib.clock import now
from hub.lib.once import page_answers
from hub.lib.prepared import Prepared
from hub.members.backends import MEMBER
from hub.members.models import SIGN_IN_ENDED, LoginSession, session_mark

# What a session remembers of its beginning.
CLIENT, STARTED = "hub.client", "hub.started"
# Asked for on each page of who is signed in.
_by_key = Prepared(
    lambda key, moment: LoginSession.objects.filter(
        session_key=key, expire_date__gt=moment
    ).select_related("member")
)


class SessionStore(DatabaseStore):
    """Sessions in :class:`hub.members.models.LoginSession`."""

    # Of the session that was loaded: when it had been seen before, and until when it lasts.
    seen_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        """Return the model of the rows."""
        return LoginSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row of a session: the data, and in columns what the list of sign-ins shows."""
        row = cast(LoginSession, super().create_model_instance(data))
        row.member_id = data.get(SESSION_KEY)
        row.client = data.get(CLIENT, "")
        started = data.get(STARTED)
        row.seen_at = now()
        row.started_at = datetime.fromisoformat(started) if started else None
        return row

    def _get_session_from_db(self) -> Any:
        row = _by_key.first(str(self.session_key), now())
        if row is None:
            # As Django's own has it: a session that has ended gets another key.
            self._session_key = self.seen_at = self.expires_at = None
        else:
            self.seen_at, self.expires_at = row.seen_at, row.expire_date
            # The page asks for the member next (hub.members.backends).
            page_answers()[MEMBER, row.member_id] = row.member
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session, and tell the processes that may have a socket of it."""
        ended = session_key or self.session_key
        super().delete(session_key)
        if ended:
            publish_on_commit(SIGN_IN_ENDED, {"session": session_mark(ended)})
