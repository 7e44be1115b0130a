"""Sign in with any verified address."""

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from hub.members.models import Member


class AddressBackend(ModelBackend):
    """Check a password against the member who has verified the address; used by SMTP AUTH as well."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None,
        email: str | None = None, **kwargs: object,
    ) -> Member | None:
        """Return the active member for address and password, None otherwise; a wrong address costs the same time."""
        address = (email or username or "").strip()
        if not address or password is None:
            return None
        owner = EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user").first()
        member = owner.user if owner else Member.objects.filter(email__iexact=address).first()
        if member is None:
            Member().set_password(password)
            return None
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None
