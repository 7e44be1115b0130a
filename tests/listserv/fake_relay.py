"""A relay of the tests, which answers each address as a test says."""

from typing import Any

from listserv.mail.smtp.transport import DeliveryResult, Outcome


class FakeRelay:
    """A transport that takes everything, but for the addresses that have another answer."""

    def __init__(self, answers: dict[str, DeliveryResult] | None = None, default: DeliveryResult | None = None) -> None:
        self.answers = answers or {}
        self.default = default or DeliveryResult(Outcome.SENT, "250 ok")
        self.taken: list[tuple[str, bytes]] = []

    @property
    def recipients(self) -> list[str]:
        """The addresses of the copies that were taken, in order."""
        return [address for address, _copy in self.taken]

    def send(self, batch: Any) -> list[DeliveryResult]:
        """Answer each copy."""
        results = []
        for copy in batch:
            result = self.answers.get(copy.recipient, self.default)
            if result.outcome is Outcome.SENT:
                self.taken.append((copy.recipient, b"".join(copy.parts)))
            results.append(result)
        return results

    def close(self) -> None:
        """Do nothing: nothing is open."""
