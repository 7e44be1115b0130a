"""Name a browser in a few words, from what it says of itself: enough to recognise one's own."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


# Characters of what an unknown browser calls itself.
MAX_UNKNOWN = 40


def client_name(user_agent: str) -> str:
    """Return ``Firefox, Windows`` for a ``User-Agent`` header.

    For an unknown browser it is the first word.
    """
    words = [
        next((label for mark, label in marks if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    name = ", ".join(word for word in words if word)
    if name:
        return name
    first = user_agent.split("/", maxsplit=1)[0]
    return "".join(char for char in first if char.isprintable())[:MAX_UNKNOWN].strip()
