"""What can be done with published pages: all that views, the demo and the start of the hub call."""

from cms.services.bootstrap import bootstrap_site
from cms.services.issue import attach_note, end_note, withdraw_proceedings
from cms.services.pages import write_home, write_page
from cms.services.proceedings import (
    approve_proceedings,
    compile_proceedings,
    send_back_proceedings,
    submit_proceedings,
    write_proceedings,
)
from cms.services.rights import follow_roles
from cms.services.symbols import next_symbol

__all__ = [
    "approve_proceedings",
    "attach_note",
    "bootstrap_site",
    "compile_proceedings",
    "end_note",
    "follow_roles",
    "next_symbol",
    "send_back_proceedings",
    "submit_proceedings",
    "withdraw_proceedings",
    "write_home",
    "write_page",
    "write_proceedings",
]
