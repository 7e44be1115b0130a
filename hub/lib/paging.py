"""The addresses of the pages before and after the one that is shown, as ``components/pages.html`` wants them."""

from urllib.parse import urlencode


def neighbours(number: int, pages: int, **query: str) -> dict[str, str]:
    """Return ``earlier_url`` and ``later_url``, each empty where there is no such page.

    Args: number, of the page that is shown, from 1; pages, how many there are; query, what the address asks besides.
    """

    def url(page: int) -> str:
        return "?" + urlencode({**query, "page": page})

    return {
        "earlier_url": url(number - 1) if number > 1 else "",
        "later_url": url(number + 1) if number < pages else "",
    }
