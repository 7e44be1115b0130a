"""Write sizes of files and messages, in one unit everywhere.

That is kB of a thousand bytes, MB above a thousand of them.
"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

KILOBYTE = 1_000


def format_size(size: int) -> str:
    """Return a size in bytes as people read it: "175 kB", "1.7 MB".

    The decimal mark is that of the language. Kilobytes are rounded up, so that a file never has
    none.
    """
    kilobytes = -(-size // KILOBYTE)
    if kilobytes < KILOBYTE:
        return _("%(size)s kB") % {"size": kilobytes}
    return _("%(size)s MB") % {"size": number_format(round(size / KILOBYTE**2, 1), 1)}
