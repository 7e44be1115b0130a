"""Limit how often a password may be tried: for one account, from one client, and for both.

The account is the member where there is one, by whichever address; else the address in one
spelling, so that a full-width letter opens no new count. The limit for one account from one client
is tight, the others are wide: a person whose password somebody tries from elsewhere still signs in
from where they have signed in before, since only strangers to the account are stopped by the wide
one. All gateways share the wide counts.
"""

import unicodedata
from dataclasses import dataclass

from hub.lib import limits, metrics
from hub.lib.addresses import fold_address
from hub.lib.clients import client_key
from hub.lib.limits import Limit
from hub.lib.logs import event, person
from hub.members.selectors import address_owner

# Wrong passwords for one account from one client, by channel.
WEB = Limit("sign-in.web", 5, 300)
MAIL = Limit("sign-in.mail", 10, 300)
# Wrong passwords for one account from all clients that it does not usually come from.
ACCOUNT = Limit("sign-in.account", 100, 3_600)
# Wrong passwords from one client for all accounts.
CLIENT = Limit("sign-in.client", 100, 600)
# Where a member has signed in; no limit, but kept as one is. Written again when half of it is over.
USUAL = Limit("sign-in.usual", 1, 90 * 86_400)


def account_key(address: str) -> str:
    """Return what stands for an account, however its address is typed. Queries: 1 or 2."""
    owner = address_owner(address)
    if owner is not None:
        return f"member:{owner.pk}"
    return "address:" + fold_address(unicodedata.normalize("NFKC", address)).casefold()


@dataclass(frozen=True)
class SignInAttempt:
    """One try of a password, from :func:`attempt`."""

    limit: Limit
    account: str
    client: str

    @property
    def _here(self) -> str:
        return f"{self.account} {self.client}"

    def _record(self, result: str, **fields: object) -> None:
        channel = self.limit.name.rpartition(".")[2]
        kind, _, whose = self.account.partition(":")
        account = whose if kind == "member" else person(whose)
        metrics.sign_ins.labels(channel, result).inc()
        client = self.client
        event("sign_in", channel=channel, result=result, **{kind: account}, client=client, **fields)

    def wait(self) -> int:
        """Return the seconds until a password may be tried, 0 for now. Queries: 1 or 2."""
        seconds = limits.wait((self.limit, self._here), (CLIENT, self.client))
        seconds = seconds or self._wait_of_strangers()
        if seconds:
            self._record("limited", seconds=seconds)
        return seconds

    def _wait_of_strangers(self) -> int:
        """Return the seconds that the wide limit asks for; 0 where the member has signed in."""
        seconds = limits.wait((ACCOUNT, self.account))
        if seconds and limits.ends_in(USUAL, self._here):
            return 0
        return seconds

    def failed(self) -> None:
        """Count a wrong password."""
        self._record("failed")
        limits.count_all([(self.limit, self._here), (ACCOUNT, self.account), (CLIENT, self.client)])

    def succeeded(self) -> None:
        """Remember that the member comes from here; writes now and then only."""
        self._record("succeeded")
        self._remember()

    def _remember(self) -> None:
        if limits.ends_in(USUAL, self._here) < USUAL.seconds // 2:
            limits.clear(USUAL, self._here)
            limits.count_all([(USUAL, self._here)])

    def forgive(self) -> None:
        """Forget the wrong passwords from here.

        The member has proven who they are in another way.
        """
        limits.clear(self.limit, self._here)
        self._remember()


def attempt(limit: Limit, *, address: str, host: str) -> SignInAttempt:
    """Return the attempt to sign in with an address from a client. Queries: 1 or 2."""
    return SignInAttempt(limit, account_key(address), client_key(host))
