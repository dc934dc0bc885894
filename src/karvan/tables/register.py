"""The column register: every table of the corridor package and every column in it.

Column names carry their unit. A number that an engine reads is marked `use="engine"` and must have a row in `basis`.
Codes that look like numbers (a gauge of 1520 mm, a year, a position in a sequence) name a kind of thing and are keys.
"""

from __future__ import annotations

from karvan.tables.column import Column, Table
from karvan.tables.making import NOTE, id_, number, ref, text, whole
from karvan.tables.plans import (
    COMMITMENT,
    COMMITMENT_STATUS,
    CONTRADICTION,
    EFFECT,
    PROJECT,
    planned,
)
from karvan.tables.power import PLANT, POWER, TIE
from karvan.tables.trading import TRADING

MODES = ("rail", "sea", "road", "inland_waterway", "air")
GAUGES = ("1000", "1067", "1435", "1520", "1668")
PLACE_KINDS = ("city", "terminal", "station", "port", "border", "airport", "passage")
FACILITY_KINDS = ("border", "gauge_change", "transshipment", "berth", "yard", "terminal_gate")
SERVES = ("train", "wagon", "container", "truck", "vessel")
DISTRIBUTIONS = ("deterministic", "exponential", "gamma", "lognormal", "triangular")
DEPARTS = ("headway", "timetable", "when_full")
CALLS = ("both", "load", "unload", "pass")
UNITS = ("20ft", "40ft", "truck", "wagon", "t")
MOVED_IN = ("container", "wagon", "truck")
GOODS = ("reefer", "dangerous")
"""What goods may be besides dry: reefers need current on the way, dangerous goods a permit."""
REGIME_KINDS = ("consignment", "transit", "customs_union")
EXCEPTIONS = ("cancelled", "added", "full")
POOL_KINDS = ("wagon", "locomotive", "container")
QUANTITIES = (
    "throughput_teu", "throughput_t", "throughput_wagons", "throughput_trucks", "departures", "wait_h", "sojourn_h",
    "door_to_door_d", "queue", "use",
)  # fmt: skip
WHERE_KINDS = ("service", "facility", "link", "family", "flow")
SPANS = ("ride", "gate", "stay")
STATISTICS = ("worst_day", "worst_month")
ROLES = ("fit", "compare")
METHODS = ("read", "mean of rivals", "derived", "assumed", "calibrated")
GRADES = ("A", "B", "C", "D")


PLACE = Table(
    "place",
    "A station, port, border, terminal or city; a passage is a strait, canal or cape that ships sail through.",
    ("id",),
    (
        id_("Our own id, in capitals: XIAN, AKTAU."),
        text("name", "The name in English, as shown.", required=True),
        text("country", "ISO 3166-1 alpha-2 code; empty for a passage on the high seas."),
        text("kind", "What sort of place.", required=True, one_of=PLACE_KINDS),
        number("lon", "deg", "Longitude, WGS 84.", low=-180, high=180, required=True, use="shown"),
        number("lat", "deg", "Latitude, WGS 84.", low=-90, high=90, required=True, use="shown"),
        text("unlocode", "UN/LOCODE where one exists; an attribute, never the key."),
        text("time_zone", "IANA time zone."),
        NOTE,
    ),
)
PLACE_NAME = Table(
    "place_name",
    "Other names and spellings of places, in any script; the search for a place looks here too.",
    ("place", "name"),
    (
        ref("place", "The place."),
        text("name", "A name or spelling.", required=True),
        text("language", "ISO 639-1 code of the language; empty for a spelling variant."),
    ),
    optional=True,
)
LINK = Table(
    "link",
    "A piece of line of one mode (and one gauge) between two places, usable both ways unless `one_way`.",
    ("id",),
    (
        id_("MODE-FROM-TO by custom."),
        ref("place", "One end.", "from_place"),
        ref("place", "The other end.", "to_place"),
        text("mode", "Mode of transport.", required=True, one_of=MODES),
        number("length_km", "km", "Length along the line.", above=True, required=True),
        number(
            "speed_kmh",
            "km/h",
            "Commercial speed of freight, stands at the places of its service left out.",
            above=True,
            required=True,
        ),
        text("gauge_mm", "Track gauge; rail only.", one_of=GAUGES),
        whole("tracks", "", "Running tracks; rail only.", low=1),
        number("paths_per_day", "1/d", "Freight trains a day and direction that the line admits.", above=True),
        Column("electrified", "flag", "Whether trains draw power from a wire."),
        Column("one_way", "flag", "Whether only from_place to to_place is possible."),
        text("country", "ISO code of the country it runs in; empty at sea and in the air."),
        text("waters", "Sea or river it runs on: Caspian Sea, Black Sea."),
        NOTE,
    ),
)
TRACE = Table(
    "trace",
    "How each link's line was traced, and the traced length to hold the curated one against.",
    ("link",),
    (
        ref("link", "The link."),
        number("length_km", "km", "Traced length.", above=True, required=True, use="shown"),
        text(
            "tracer", "What it was traced on.", required=True, one_of=("osm-rail", "marnet", "osm-road", "great-circle")
        ),
        ref("fact", "The fact that records the trace.", required=False),
        NOTE,
    ),
    optional=True,
)
WAYPOINT = Table(
    "waypoint",
    "The line of a link on the map, in order. Rail and road lines: (c) OpenStreetMap contributors, ODbL 1.0.",
    ("link", "seq"),
    (
        ref("link", "The link."),
        whole("seq", "", "Order from from_place to to_place.", use="key", required=True),
        number("lon", "deg", "Longitude.", low=-180, high=180, required=True, use="key"),
        number("lat", "deg", "Latitude.", low=-90, high=90, required=True, use="key"),
    ),
    optional=True,
)
FACILITY = Table(
    "facility",
    "A process at a place, with servers and a service time.",
    ("id",),
    (
        id_("PLACE-kind, and a word more where a place has several: AKTAU-berth."),
        ref("place", "Where it is."),
        text("kind", "What is done.", required=True, one_of=FACILITY_KINDS),
        text("serves", "What one customer is.", required=True, one_of=SERVES),
        text("from_mode", "Mode arrived by (transshipment), or the mode crossing (border).", one_of=MODES),
        text("to_mode", "Mode left by; a transshipment works both ways unless `one_way`.", one_of=MODES),
        text("from_gauge_mm", "Gauge arrived on (gauge change).", one_of=GAUGES),
        text("to_gauge_mm", "Gauge left on.", one_of=GAUGES),
        text(
            "direction",
            "Border: whether it applies on the way in to its country, out of it, or both.",
            one_of=("in", "out", "both"),
        ),
        text("neighbour", "Border: the country on the other side, where a place borders several; empty is any."),
        ref(
            "regime",
            "Border: the documents under which goods use it, in place of one that names none; empty is any.",
            "regimes",
            required=False,
            many=True,
        ),
        Column("one_way", "flag", "Transshipment: only from_mode to to_mode."),
        ref(
            "vehicle",
            "Berth, crane or ramp: the vehicles that it works on; empty is any.",
            "vehicles",
            required=False,
            many=True,
        ),
        number(
            "load_share",
            "",
            "Berth: share of a vessel's capacity that the draught here lets it load; empty is all. In the simulator a "
            "vessel takes the least share of the berths at which it calls.",
            above=True,
            high=1.0,
        ),
        whole("servers", "", "Customers served at once: cranes, lanes, tracks, berths.", low=1, required=True),
        number("service_time_h", "h", "Mean hours that one customer holds a server.", required=True),
        text("service_time_dist", "Its distribution.", one_of=DISTRIBUTIONS),
        number("service_time_cv", "", "Its coefficient of variation (standard deviation over mean)."),
        number("wait_h", "h", "Mean hours from ready to start of service at base-year load: queue, shunting, papers."),
        number("wait_cv", "", "Coefficient of variation of wait_h."),
        number(
            "papers_h",
            "h",
            "Of wait_h, the mean hours for which no server is awaited: papers, shunting, storage. The simulator makes "
            "the queue itself; empty is all of it.",
        ),
        number("setup_h", "h", "Hours before each batch."),
        whole("batch", "", "Customers taken together; 1 or empty is one by one.", low=1),
        whole("buffer", "", "Room in front of it, in customers; empty is unlimited."),
        Column("opens", "hour", "Opening time, local; empty is always open."),
        Column("closes", "hour", "Closing time, local."),
        number("slow_share", "", "Share of customers that take the slow branch (inspection).", high=1.0),
        number("slow_h", "h", "Mean extra hours of the slow branch."),
        number("price_usd_teu", "USD/TEU", "Charge for a 20-foot container."),
        number("price_usd_feu", "USD/FEU", "Charge for a 40-foot container or a truck."),
        number("price_usd_wagon", "USD/wagon", "Charge for a wagon."),
        number("price_usd_t", "USD/t", "Charge for a tonne of goods that move in wagons."),
        number("free_h", "h", "Hours from arrival for which goods may stay before storage is charged."),
        number("storage_usd_teu_day", "USD/TEU/d", "Storage or demurrage of a 20-foot box beyond free_h."),
        number("storage_usd_feu_day", "USD/FEU/d", "Storage or demurrage of a 40-foot box beyond free_h."),
        text("refuses", "Goods that it does not handle; empty is none known.", one_of=GOODS, many=True),
        ref("emission_factor", "Hub emissions of one pass.", required=False),
        NOTE,
    ),
)
VEHICLE = Table(
    "vehicle",
    "A type of vehicle that a service runs.",
    ("id",),
    (
        id_("In capitals: BLOCK_TRAIN_1520, FERRY54."),
        text("name", "What it is called.", required=True),
        text("mode", "Mode of transport.", required=True, one_of=MODES),
        number("capacity_teu", "TEU", "Containers it takes.", above=True),
        number("capacity_t", "t", "Cargo it takes.", above=True),
        whole("capacity_wagons", "wagon", "Rail wagons it takes (ferry) or has (train).", low=1),
        whole("capacity_trucks", "truck", "Trucks it takes.", low=1),
        number(
            "max_t_20ft", "t", "Goods in a 20-foot box at most, by weight; empty is no limit of its own.", above=True
        ),
        number(
            "max_t_40ft", "t", "Goods in a 40-foot box at most, by weight; empty is no limit of its own.", above=True
        ),
        number(
            "max_t_wagon", "t/wagon", "Goods in a wagon at most, by weight; empty is no limit of its own.", above=True
        ),
        number(
            "speed_kmh", "km/h", "Service speed; overrides the link's at sea, on rivers and in the air.", above=True
        ),
        ref("emission_factor", "Well-to-wheel factor off the wire, or for all of it.", required=False),
        number(
            "energy_kwh_tkm",
            "kWh/tkm",
            "Traction current per tonne-km under the wire; times the country's grid intensity.",
            above=True,
        ),
        NOTE,
    ),
)
SERVICE = Table(
    "service",
    "What an operator sells: ordered stops, a vehicle, and when it departs.",
    ("id",),
    (
        id_("In lower case with dashes: titr-altynkol-aktau."),
        text("name", "As shown.", required=True),
        text("operator", "Who runs it."),
        text("mode", "Mode of transport.", required=True, one_of=MODES),
        ref("vehicle", "What it runs."),
        text("departs", "Rule of departure.", required=True, one_of=DEPARTS),
        number(
            "headway_h",
            "h",
            "Mean hours between departures (headway), or to fill a vehicle at base flow (when_full). Beside a fleet "
            "the published one: with departs = headway the least between two departures.",
            above=True,
        ),
        number("headway_cv", "", "Coefficient of variation of the headway; 0 is clockwork."),
        number(
            "longest_wait_h",
            "h",
            "when_full: departs at the latest this long after the first unit waits for it; of a fleet, after loading "
            "began.",
            above=True,
        ),
        number("cutoff_h", "h", "How long before departure goods must be ready."),
        whole("fleet", "", "Vehicles that turn round on it; empty where only a frequency is known.", low=1),
        text("refuses", "Goods that it does not take; empty is none known.", one_of=GOODS, many=True),
        Column("both_ways", "flag", "Whether it runs its stops backwards too."),
        Column("valid_from", "date", "First day it runs; empty is always."),
        Column("valid_to", "date", "Last day it runs; empty is always."),
        NOTE,
    ),
)
STOP = Table(
    "stop",
    "The places of a service in order; each pair of neighbours is joined by a link of the service's mode.",
    ("service", "seq"),
    (
        ref("service", "The service."),
        whole("seq", "", "Order.", use="key", required=True),
        ref("place", "The place."),
        text(
            "call",
            "Whether goods may be loaded, unloaded, both, or the vehicle only passes.",
            required=True,
            one_of=CALLS,
        ),
        number(
            "dwell_h", "h", "Hours the vehicle stands here on its way, border and gauge-change facilities left out."
        ),
    ),
)
TIMETABLE = Table(
    "timetable",
    "Departures of a service from its first stop (or from its last, the other way), in local time.",
    ("service", "seq"),
    (
        ref("service", "The service."),
        whole("seq", "", "Order.", use="key", required=True),
        text("way", "In the order of its stops, or back.", required=True, one_of=("there", "back")),
        text("days", "Days of the week it departs, Monday is 1: 135.", required=True),
        Column("departs_at", "hour", "Time of day, local to the stop.", required=True),
    ),
    optional=True,
)
TIMETABLE_EXCEPTION = Table(
    "timetable_exception",
    "Days on which a timetable does not hold: departures that are cancelled, added, or full.",
    ("service", "seq"),
    (
        ref("service", "The service."),
        whole("seq", "", "Tells its exceptions apart.", use="key", required=True),
        text("way", "In the order of its stops, or back.", required=True, one_of=("there", "back")),
        Column("date", "date", "Day of departure from the first stop, local to it.", required=True),
        Column("departs_at", "hour", "Which departure, by its time at the first stop; empty is all of that day."),
        text(
            "change",
            "cancelled: it does not run; added: it runs though the timetable has none; full: it runs and takes nobody.",
            required=True,
            one_of=EXCEPTIONS,
        ),
        ref("place", "Full: where nobody more is let on; empty is at every stop.", required=False),
        NOTE,
    ),
    optional=True,
)
REGIME = Table(
    "regime",
    "Documents that goods travel under, and customs unions: where each holds.",
    ("id",),
    (
        id_("In capitals: SMGS, CIM, TIR, EAEU."),
        text("name", "As shown.", required=True),
        text(
            "kind",
            "consignment: a contract of carriage that its countries know; transit: a customs procedure that its "
            "borders know; customs_union: no customs between its members.",
            required=True,
            one_of=REGIME_KINDS,
        ),
        text("modes", "Modes it is of; empty is any.", one_of=MODES, many=True),
        text("countries", "ISO codes of the countries where it holds.", required=True, many=True),
        NOTE,
    ),
    optional=True,
)
POOL = Table(
    "pool",
    "Wagons, locomotives or containers that services share, and that can run short.",
    ("id",),
    (
        id_("In lower case: loco-az8a."),
        text("kind", "What it is a pool of.", required=True, one_of=POOL_KINDS),
        text("name", "As shown.", required=True),
        whole("count", "", "How many there are.", low=1, required=True),
        ref("service", "The services that take from it.", "services", many=True),
        whole("per_trip", "", "How many each departure takes.", low=1, required=True),
        number("turnaround_h", "h", "Hours from the end of a trip until they can be taken again: the way back empty."),
        NOTE,
    ),
    optional=True,
)
CLOSURE = Table(
    "closure",
    "Something that stops places, links, services or facilities now and then: storms, bans, strikes.",
    ("id",),
    (
        id_("In lower case: storm-aktau."),
        text("stops_table", "What it stops.", required=True, one_of=("place", "link", "service", "facility")),
        text(
            "stops",
            "The ids it stops: nothing new starts there, what is under way ends. A berth takes no vessel in, a link "
            "lets none set out.",
            required=True,
            many=True,
        ),
        ref(
            "closure",
            "The closure whose times it has, for one storm stops berths and sailings; its own duration, rates and "
            "times then count for nothing.",
            "times_of",
            required=False,
        ),
        number("duration_h", "h", "Mean duration of those that are drawn; without rates none is needed.", above=True),
        text("duration_dist", "Its distribution.", one_of=DISTRIBUTIONS),
        number("duration_cv", "", "Its coefficient of variation."),
        NOTE,
    ),
    optional=True,
)
CLOSURE_RATE = Table(
    "closure_rate",
    "How often a closure starts, by month.",
    ("closure", "month"),
    (
        ref("closure", "The closure."),
        whole("month", "", "1 is January.", low=1, high=12, use="key", required=True),
        number("starts", "1/month", "Mean starts in that month.", required=True),
    ),
    optional=True,
)
CLOSURE_TIME = Table(
    "closure_time",
    "When a closure is on by given dates: a ban, or an announced strike. In a year that has such, none is drawn.",
    ("closure", "seq"),
    (
        ref("closure", "The closure."),
        whole("seq", "", "Tells its times apart.", use="key", required=True),
        Column("begins", "instant", "From when on nothing new starts.", required=True),
        Column("ends", "instant", "From when on it does again.", required=True),
        NOTE,
    ),
    optional=True,
)
TARIFF = Table(
    "tariff",
    "A price of carriage: of a service between two of its stops, of the service by the kilometre, or a through rate; "
    "or of what is left behind, the empty box.",
    ("id",),
    (
        id_("By custom service:size, with the ends where it has some."),
        text(
            "kind",
            "leg: of one service; through: of a whole chain, in place of the sum of its legs where it says which "
            "services it covers, else only compared with; empty: of taking back the box of goods that went from "
            "from_place to to_place.",
            required=True,
            one_of=("leg", "through", "empty"),
        ),
        ref("service", "The service; empty for the other kinds.", required=False),
        ref(
            "service",
            "Through: the services that the rate covers, in the order of travel.",
            "services",
            required=False,
            many=True,
        ),
        ref("place", "From; empty is any stop.", "from_place", required=False),
        ref("place", "To; empty is any stop.", "to_place", required=False),
        text("unit", "What is priced.", required=True, one_of=UNITS),
        number("price_usd", "USD", "Price a unit, whatever the distance."),
        number("price_usd_km", "USD/km", "And by the kilometre."),
        whole("year", "", "Year of the price.", low=1990, high=2100, use="key", required=True),
        NOTE,
    ),
)
COMMODITY = Table(
    "commodity",
    "A kind of goods.",
    ("id",),
    (
        id_("In lower case: electronics."),
        text("name", "As shown.", required=True),
        text("hs", "Chapters of the Harmonized System.", many=True),
        number("t_per_teu", "t/TEU", "Tonnes of goods in a TEU.", above=True, required=True),
        number("t_per_wagon", "t/wagon", "Tonnes of goods in a rail wagon.", above=True),
        number("t_per_truck", "t/truck", "Tonnes of goods in a truck.", above=True),
        number("usd_per_t", "USD/t", "Value of a tonne.", above=True),
        number("value_of_time_pct_day", "%/d", "What a day is worth, in per cent of the goods' value."),
        text("goods", "What they are besides dry.", one_of=GOODS, many=True),
        NOTE,
    ),
)
DEMAND = Table(
    "demand",
    "A flow of goods in a year.",
    ("id",),
    (
        id_("ORIGIN-DESTINATION-commodity by custom."),
        ref("place", "Origin.", "origin"),
        ref("place", "Destination.", "destination"),
        ref("commodity", "Goods."),
        whole("year", "", "Year.", low=1990, high=2100, use="key", required=True),
        number("teu_year", "TEU/yr", "Containers a year; a truck counts as two TEU."),
        number("t_year", "t/yr", "Tonnes a year, of what does not go in containers."),
        text(
            "unit",
            "What it moves in: so many containers, wagons or trucks as its TEU fill (two a truck) or its tonnes at the "
            "load of the commodity. Empty is container for TEU and wagon for tonnes.",
            one_of=MOVED_IN,
        ),
        number(
            "share_40ft",
            "",
            "Share of the TEU in forty-foot boxes, of two TEU each, as against twenty-foot ones; empty is all: N TEU "
            "are N/2 boxes, as on block trains.",
            high=1.0,
        ),
        ref("family", "Families of routes that the figure is of; empty is any.", "families", False, True),
        ref("place", "Places that the figure says it passes; empty is any.", "via", False, True),
        text("month_profile", "Shape over the year; empty is even."),
        NOTE,
    ),
)
MONTH_PROFILE = Table(
    "month_profile",
    "Shape of a flow over the year.",
    ("profile", "month"),
    (
        text("profile", "Name of the profile.", required=True),
        whole("month", "", "1 is January.", low=1, high=12, use="key", required=True),
        number("share", "", "Share of the year's flow.", high=1.0, required=True),
    ),
    optional=True,
)
EMISSION_FACTOR = Table(
    "emission_factor",
    "Greenhouse-gas factors (ISO 14083, GLEC), well-to-wheel: transport by tonne-km, a hub by container or tonne.",
    ("id",),
    (
        id_("By custom mode-vehicle-energy."),
        text("mode", "Mode, or hub.", required=True, one_of=(*MODES, "hub")),
        text("vehicle", "Vehicle class in the standard's words."),
        text("energy", "Energy carrier."),
        number("gco2e_tkm", "gCO2e/tkm", "Well-to-wheel, per tonne-km."),
        number("gco2e_tkm_ttw", "gCO2e/tkm", "Of that, from the vehicle (tank-to-wheel)."),
        number("kgco2e_container", "kgCO2e/container", "Hub: per container passed."),
        number("kgco2e_container_ttw", "kgCO2e/container", "Of that, from what runs at the hub (tank-to-wheel)."),
        number("kgco2e_t", "kgCO2e/t", "Hub: per tonne passed."),
        number("kgco2e_t_ttw", "kgCO2e/t", "Of that, from what runs at the hub (tank-to-wheel)."),
        number("gco2e_mj", "gCO2e/MJ", "Of the fuel itself, well-to-wheel; empty where it is a mix."),
        number("gco2e_mj_ttw", "gCO2e/MJ", "Of that, from burning it (tank-to-wheel)."),
        NOTE,
    ),
)
GRID_INTENSITY = Table(
    "grid_intensity",
    "Greenhouse gas of a kilowatt-hour, by country and year.",
    ("country", "year"),
    (
        text("country", "ISO 3166-1 alpha-2 code.", required=True),
        whole("year", "", "Year.", low=1990, high=2100, use="key", required=True),
        number(
            "gco2e_kwh",
            "gCO2e/kWh",
            "Well-to-wheel where the source has it; the basis says what it covers.",
            required=True,
        ),
        NOTE,
    ),
)
FAMILY = Table(
    "family",
    "Families of routes, tried in order: the first whose every stated condition holds names the itinerary.",
    ("id",),
    (
        id_("In lower case: middle."),
        text("name", "As shown.", required=True),
        whole("seq", "", "Order in which the rules are tried.", use="key", required=True),
        text("modes", "Some leg must be of one of these modes.", many=True),
        text("only_modes", "All legs must be of these modes.", many=True),
        ref("place", "It must pass one of these places.", "places", required=False, many=True),
        text("countries", "It must pass one of these countries.", many=True),
        text("without_countries", "It must not pass any of these.", many=True),
        Column("closed", "flag", "Whether no goods may go by it, as a scenario may say."),
        text(
            "open_to", "Closed: ISO codes of countries whose own goods, from there or to there, still may.", many=True
        ),
        NOTE,
    ),
)
TARGET = Table(
    "target",
    "A published quantity that a simulation is held against, and what of it is counted: see study/figures.py.",
    ("id",),
    (
        id_("In lower case: alat-teu-2024."),
        text(
            "quantity", "What is counted; throughputs and departures are of a year.", required=True, one_of=QUANTITIES
        ),
        text("unit", "Unit of the value."),
        text("where_kind", "Of which table the ids in `where` are.", required=True, one_of=WHERE_KINDS),
        text(
            "where",
            "Services, facilities, links or families: added up, or the mean of times; A+B are passed one after the "
            "other. A flow has none.",
            many=True,
        ),
        ref("place", "Of a service only what is loaded, unloaded or sets out there.", "at", False, True),
        text("origin", "Only goods from these places or countries, with a minus before it from all others.", many=True),
        text("destination", "Only goods to these; of times, the two places between which they count.", many=True),
        Column("both_ways", "flag", "Whether goods the other way count too."),
        ref("family", "Only goods that go by these families of routes.", "families", False, True),
        ref("place", "Only goods that pass all of these.", "via", False, True),
        ref("place", "Only goods that pass none of these.", "avoid", False, True),
        text(
            "span",
            "Of a time: ride from the first departure to the last arrival, gate from creation to delivery, stay from "
            "the arrival at the first place to the departure from the last.",
            one_of=SPANS,
        ),
        text(
            "statistic",
            "What of a queue or a wait is compared: empty is the mean of the year; else its worst day or 30 days.",
            one_of=STATISTICS,
        ),
        number("value", "", "As published, in the unit of the row.", use="shown", required=True),
        number("low", "", "Low end of a range.", use="shown"),
        number("high", "", "High end of a range.", use="shown"),
        whole("year", "", "Year that it is of.", low=1990, high=2100, use="key", required=True),
        text("perimeter", "What the source counts."),
        text("role", "fit: a calibration may use it; compare: only held against.", required=True, one_of=ROLES),
        text("note", "Why it has that role."),
    ),
    optional=True,
)
FREE = Table(
    "free",
    "What a calibration may move: a factor on some numbers of the package that nobody has published as they are.",
    ("id",),
    (
        id_("In lower case: aktau-yard."),
        text(
            "cells",
            "The numbers: TABLE/ROWS/COLUMN, where a * stands for any letters of a key and a comma parts several keys.",
            required=True,
            many=True,
        ),
        number(
            "low",
            "",
            "Low end of the factor: 95 % sure that it lies in the range.",
            above=True,
            use="shown",
            required=True,
        ),
        number("high", "", "High end of the factor.", above=True, use="shown", required=True),
        NOTE,
    ),
    optional=True,
)
SOURCE = Table(
    "source",
    "A document that facts are from.",
    ("id",),
    (
        id_("Short id."),
        text("title", "Title.", required=True),
        text("publisher", "Publisher."),
        text("date", "Date of the document, as it gives it."),
        text("url", "Where it was read."),
        text("kind", "Kind of document."),
    ),
)
FACT = Table(
    "fact",
    "One statement of a source: rival statements stand side by side.",
    ("id",),
    (
        id_("Fact id."),
        text("subject", "What it is about.", required=True),
        text("metric", "Which quantity.", required=True),
        text("value", "The value as stated, as text: some are dates or words.", required=True),
        text("unit", "Its unit."),
        text("period", "When it holds."),
        text("scope", "What it covers."),
        ref("source", "Who says so."),
        text(
            "confidence",
            "A official or primary, B reputable, C press, estimate or opinion.",
            required=True,
            one_of=GRADES,
        ),
        NOTE,
    ),
)
BASIS = Table(
    "basis",
    "Where a number of the package is from.",
    ("table", "row", "column"),
    (
        text("table", "Table.", required=True),
        text("row", "Key of the row; parts of a composite key are joined by a colon.", required=True),
        text("column", "Column.", required=True),
        ref("fact", "Facts used.", "facts", required=False, many=True),
        ref("fact", "Facts known and not used.", "rivals", required=False, many=True),
        text("method", "How the number follows from them.", required=True, one_of=METHODS),
        text("grade", "A official, B reputable, C press or derived loosely, D assumed.", required=True, one_of=GRADES),
        text("note", "The formula, or the reasoning."),
    ),
)

PLANNED_TABLES = tuple(planned(table) for table in (PLACE, LINK, FACILITY, VEHICLE, SERVICE, STOP, TARIFF, PLANT, TIE))

TABLES: tuple[Table, ...] = (
    PLACE, PLACE_NAME, LINK, TRACE, WAYPOINT, REGIME, FACILITY, VEHICLE, SERVICE, STOP, TIMETABLE,
    TIMETABLE_EXCEPTION, POOL, CLOSURE, CLOSURE_RATE, CLOSURE_TIME, TARIFF, COMMODITY, DEMAND, MONTH_PROFILE,
    EMISSION_FACTOR, GRID_INTENSITY, FAMILY, TARGET, FREE, PROJECT, EFFECT, *PLANNED_TABLES, COMMITMENT,
    COMMITMENT_STATUS, CONTRADICTION, *TRADING, *POWER, SOURCE, FACT, BASIS,
)  # fmt: skip
"""Every table of a corridor package, in the order in which they are written."""

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
