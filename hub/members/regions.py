"""Which UN regional group a country belongs to.

Source: the regional groups of Member States, United Nations Department for General Assembly and
Conference Management. States outside the groups (observers, territories) have none.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "AFR": pgettext_lazy("region", "Africa"),
    "APS": _("Asia and the Pacific"),
    "CEE": _("Central and Eastern Europe"),
    "LAC": _("Latin America and the Caribbean"),
    "WEO": _("Western Europe and Others"),
}

_GROUPS = {
    "AFR": (
        "DZ AO BJ BW BF BI CM CV CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG "
        "MW ML MR MU MA MZ NA NE NG RW ST SN SC SL SO ZA SS SD TZ TG TN UG ZM ZW"
    ),
    "APS": (
        "AF BH BD BT BN KH CN CY KP FJ IN ID IR IQ JP JO KZ KI KW KG LA LB MY MV MH FM MN MM NR NP "
        "OM PK PW PG PH QA KR WS SA SG SB LK SY TJ TH TL TO TM TV AE UZ VU VN YE PS"
    ),
    "CEE": "AL AM AZ BY BA BG HR CZ EE GE HU LV LT ME PL MD MK RO RU RS SK SI UA",
    "LAC": (
        "AG AR BS BB BZ BO BR CL CO CR CU DM DO EC SV GD GT GY HT HN JM MX NI PA PY PE KN LC VC SR "
        "TT UY VE"
    ),
    "WEO": "AD AU AT BE CA DK FI FR DE GR IS IE IL IT LI LU MT MC NL NZ NO PT SM ES SE CH TR GB US "
    "VA",
}
_BY_COUNTRY = {
    country: group for group, countries in _GROUPS.items() for country in countries.split()
}


def region_of(country: str) -> str:
    """Return the group's code for an ISO 3166-1 alpha-2 country, empty for none."""
    return _BY_COUNTRY.get(country.upper(), "")
