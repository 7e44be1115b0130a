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


def client_name(user_agent: str) -> str:
    """Return ``Firefox, Windows`` for a ``User-Agent``
    header; its first word for an unknown browser.
    """
    words = [
        next((label for mark, label in marks if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    name = ", ".join(word for word in words if word)
    return (
        name
        or "".join(char for char in user_agent.split("/", maxsplit=1)[0] if char.isprintable())[
            :40
        ].strip()
    )
