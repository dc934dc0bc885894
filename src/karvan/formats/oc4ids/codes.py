"""The codelists of OC4IDS 0.9.5: those that are closed, and of the open ones what karvan writes or reads.

A closed list admits no other code; an open one does, where none of its own fits. Lists that the standard borrows are
those of the Open Contracting Data Standard 1.1.5.
"""

from __future__ import annotations

from typing import Literal

VERSION = "0.9"
"""What a package says; the patch release is not part of it."""

Status = Literal[
    "identification", "preparation", "implementation", "completion", "maintenance", "decommissioning",
    "decommissioned", "cancelled",
]  # fmt: skip
ProjectType = Literal["construction", "maintenance", "rehabilitation", "replacement", "expansion", "decommissioning"]
MilestoneStatus = Literal["scheduled", "met", "notMet", "partiallyMet"]
GeometryType = Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
ContractNature = Literal["design", "construction", "supervision"]
ContractStatus = Literal["pre-award", "active", "closed"]
Method = Literal["open", "selective", "limited", "direct"]
ReleaseTag = Literal[
    "planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate", "tenderCancellation", "award",
    "awardUpdate", "awardCancellation", "contract", "contractUpdate", "contractAmendment", "implementation",
    "implementationUpdate", "contractTermination", "compiled",
]  # fmt: skip
FinancingParty = Literal["institutional", "commercial", "bilateral", "multilateral", "vendor", "other"]
Asset = Literal["debt", "equity"]
Arrangement = Literal["bond", "loan", "hybrid", "shares.listed", "shares.unlisted", "grant", "guarantee"]
Repayment = Literal["senior", "subordinated"]
Goal = Literal["climateChangeAdaptation", "climateChangeMitigation"]
Oversight = Literal["internal", "external"]

CURRENCIES = frozenset(
    """
    ADP AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARP ARS ARY ATS AUD AWG AYM AZM AZN BAD BAM BBD BDT BEC BEF BEL
    BGJ BGK BGL BGN BHD BIF BMD BND BOB BOP BOV BRB BRC BRE BRL BRN BRR BSD BTN BUK BWP BYB BYN BYR BZD CAD CDF CHC CHE
    CHF CHW CLF CLP CNY COP COU CRC CSD CSJ CSK CUC CUP CVE CYP CZK DDM DEM DJF DKK DOP DZD ECS ECV EEK EGP ERN ESA ESB
    ESP ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC GHP GHS GIP GMD GNE GNF GNS GQE GRD GTQ GWE GWP GYD HKD HNL HRD HRK HTG
    HUF IDR IEP ILP ILR ILS INR IQD IRR ISJ ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAJ LAK LBP LKR LRD
    LSL LSM LTL LTT LUC LUF LUL LVL LVR LYD MAD MDL MGA MGF MKD MLF MMK MNT MOP MRO MRU MTL MTP MUR MVQ MVR MWK MXN MXP
    MXV MYR MZE MZM MZN NAD NGN NIC NIO NLG NOK NPR NZD OMR PAB PEH PEI PEN PES PGK PHP PKR PLN PLZ PTE PYG QAR RHD ROK
    ROL RON RSD RUB RUR RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLL SOS SRD SRG SSP STD STN SUR SVC SYP SZL THB
    TJR TJS TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGS UGW UGX USD USN USS UYI UYN UYP UYU UYW UZS VEB VEF VES
    VNC VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XEU XFO XFU XOF XPD XPF XPT XRE XSU XTS XUA XXX YDD YER YUD YUM
    YUN ZAL ZAR ZMK ZMW ZRN ZRZ ZWC ZWD ZWL ZWN ZWR
    """.split()  # noqa: SIM905 (300 quoted codes would be no clearer)
)
"""ISO 4217, with the codes that were withdrawn."""
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905
)
"""ISO 3166-1 alpha-2, and XK."""

SECTOR_OF = {
    "rail": "transport.rail",
    "road": "transport.road",
    "port": "transport.water",
    "energy": "energy",
    "fleet": "transport",
    "terminal": "transport",
    "service": "transport",
    "rule": "transport",
}
"""The sector (projectSector, open) of each kind of project."""
KIND_OF = {"transport.rail": "rail", "transport.road": "road", "transport.water": "port", "energy": "energy"}
"""The kind of project that a sector tells; the others tell none."""
STATUS_OF: dict[str, Status] = {
    "idea": "identification",
    "planned": "preparation",
    "under construction": "implementation",
    "completed": "maintenance",
    "cancelled": "cancelled",
}
"""The status of each state of a project. A stalled one has none of its own: see `write`."""
STATE_OF = {code: state for state, code in STATUS_OF.items()} | {"completion": "completed"}
"""The state that a status tells: of a project in completion the assets are there, and are handed over."""
OLD_STATES = {"completed": "maintenance"}
"""Codes of versions before 0.9.4, and what they are called since."""
AT_ITS_END = ("decommissioning", "decommissioned")
"""Assets that are taken away: nothing that karvan has a word for."""

OWN_SCHEME = "karvan"
"""Of the id that a project has with us."""
KIND_SCHEME = "karvan-kind"
STATE_SCHEME = "karvan-state"
"""Of classifications that are ours, open as any: what sort of thing a project is, and that it is stalled."""
NOT_MODELLED = "Not modelled: "
"""Begins the last paragraph of a description of ours that says why nothing of a project is modelled."""
COUNTRY_SCHEME = "ISO2"
LOCODE_SCHEME = "UNLOCODE"
"""Not in the open codelist of gazetteers, which has none of ports."""
UNIT_CODES = {
    "yr": "ANN", "h": "HUR", "d": "DAY", "km": "KMT", "km/h": "KMH", "t": "TNE", "mm": "MMT", "deg": "DD", "kW": "KWT",
    "MW": "MAW", "kWh": "KWH",
}  # fmt: skip
"""Common codes of UN/CEFACT Recommendation 20 for units of the register; the others go by their name."""
