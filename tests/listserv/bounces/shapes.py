"""Reports as mail servers write them, in short: each with the recipients it gives up and those it still tries.

Written by hand after the manuals and habits of the programs named; no mail of anybody's.
"""

from tests.listserv.bounces.language_reports import LANGUAGE_REPORTS
from tests.listserv.bounces.provider_reports import PROVIDER_REPORTS
from tests.listserv.bounces.report_writing import Case
from tests.listserv.bounces.server_reports import SERVER_REPORTS
from tests.listserv.bounces.status_reports import STATUS_REPORTS

SHAPES: dict[str, Case] = {**STATUS_REPORTS, **SERVER_REPORTS, **PROVIDER_REPORTS, **LANGUAGE_REPORTS}
