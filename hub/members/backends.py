"""Sign in with any verified address."""

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from hub.lib.once import page_answers
from hub.lib.prepared import Prepared
from hub.members.models import Member
from hub.members.selectors import address_owner

# Under which a session leaves its member for the page that is read.
MEMBER = "member of the session"
# Asked for where no session brought the member.
_by_key = Prepared(lambda pk: Member.objects.filter(pk=pk))


class AddressBackend(AuthenticationBackend):
    """Check a password against the member who has verified the address; used by SMTP AUTH as well.

    It stands in for allauth's own backend, from which it has one thing: whoever knows the password
    of a member who may not sign in is remembered for the page that says so
    (``HubAccountAdapter.respond_user_inactive``), and is not signed in.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **kwargs: object,
    ) -> Member | None:
        """Return the active member for address and password, None otherwise.

        A wrong address costs the same time.
        """
        address = (email or username or "").strip()
        if not address or not password:
            return None
        member = address_owner(address)
        if member is None:
            Member().set_password(password)
            return None
        if not member.check_password(password):
            return None
        if self.user_can_authenticate(member):
            return member
        self._stash_user(member)
        return None

    def get_user(self, user_id: int) -> Member | None:
        """Return the member of a session, None for one who may not sign in any more.

        Queries: 1, none while a page is read whose session brought the member.
        """
        member = page_answers().pop((MEMBER, int(user_id)), None) or _by_key.first(int(user_id))
        if member is None or not self.user_can_authenticate(member):
            return None
        return member
