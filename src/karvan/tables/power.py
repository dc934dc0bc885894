"""The tables of the power system: zones, plants, ties, fuels, loads by the hour, and what was published of them."""

from __future__ import annotations

from karvan.tables.column import Table
from karvan.tables.making import NOTE, id_, number, ref, text, whole

SORTS = ("thermal", "hydro", "solar", "wind", "battery", "electrolyser")
MOUNTS = ("fixed", "tracking")
RULES = ("agreed", "green", "free")
SPANS = ("month", "weekday", "hour")
WHAT = ("generation", "capacity", "demand", "exports", "imports", "net imports", "losses", "peak", "intensity")

ZONE = Table(
    "zone",
    "A part of the power system whose lines are taken as wide enough; or a market beyond the border.",
    ("id",),
    (
        id_("In capitals: AZ_ABSHERON."),
        text("name", "As shown.", required=True),
        text("country", "ISO 3166-1 alpha-2 code.", required=True),
        number("lon", "deg", "Longitude, WGS 84.", low=-180, high=180, required=True, use="shown"),
        number("lat", "deg", "Latitude, WGS 84.", low=-90, high=90, required=True, use="shown"),
        number("load_share", "", "Its share of what its country uses; empty is a market, whose own load is not "
               "modelled.", high=1),
        text("load_shape", "How its load moves through the year, an id of table `load_shape`."),
        number("price_usd_mwh", "USD/MWh", "What a market pays for power, and asks for it.", low=None),
        text("price_shape", "How that price moves through the year, an id of table `load_shape`; empty is level."),
        number("levy_usd_t", "USD/tCO2", "What a market takes at its border for the CO2 of making what comes in."),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
FUEL = Table(
    "fuel",
    "What thermal plants burn.",
    ("id",),
    (
        id_("In lower case: gas."),
        text("name", "As shown.", required=True),
        number("usd_mwh", "USD/MWh", "What it costs by its lower heating value."),
        number("kgco2_mwh", "kgCO2/MWh", "CO2 of burning it, by its lower heating value."),
        number("kgco2e_mwh_upstream", "kgCO2e/MWh", "What is let out until it arrives, by its lower heating value."),
        number("kwh_m3", "kWh/m3", "Lower heating value of a cubic metre, of a gas.", above=True),
        NOTE,
    ),
    optional=True,
)
TECHNOLOGY = Table(
    "technology",
    "A way to make, keep or use power; its numbers hold for plants that have none of their own.",
    ("id",),
    (
        id_("In lower case with dashes: gas-ccgt."),
        text("name", "As shown.", required=True),
        text("sort", "What it is to the model.", required=True, one_of=SORTS),
        ref("fuel", "What it burns; of an electrolyser what it makes.", required=False),
        text("reported", "What statistics count it to: gas, oil, hydro, solar, wind, waste; empty of what makes none."),
        number("efficiency", "", "Power out over fuel in, or over power in; of a battery there and back.", above=True,
               high=1),
        number("usd_mwh", "USD/MWh", "What a megawatt-hour costs besides its fuel."),
        number("gco2e_kwh", "gCO2e/kWh", "Of building and keeping it, a kilowatt-hour; its fuel not in it."),
        number("available", "", "Share of the capacity that is there on the mean over a year.", high=1),
        number("least", "", "Share of what is there that runs at any hour, to hold the system up.", high=1),
        number("capex_usd_kw", "USD/kW", "What a kilowatt costs to build."),
        number("capex_usd_kwh", "USD/kWh", "What a kilowatt-hour of storage costs to build."),
        number("opex_pct_year", "%/yr", "What it costs a year to keep, of what it costs to build."),
        number("life_years", "yr", "Years until it is worn out.", above=True),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
PLANT = Table(
    "plant",
    "A power plant, a battery or an electrolyser that is there; those of projects stand in `planned_plant`.",
    ("id",),
    (
        id_("In lower case with dashes: garadagh-solar."),
        text("name", "As shown.", required=True),
        ref("zone", "Where it feeds in."),
        ref("technology", "What it is."),
        text("site", "What it is a version of: rival versions have one site, and are never there together."),
        number("lon", "deg", "Longitude, WGS 84.", low=-180, high=180, use="shown"),
        number("lat", "deg", "Latitude, WGS 84.", low=-90, high=90, use="shown"),
        number("mw", "MW", "What it gives, or takes, at most.", above=True, required=True),
        number("mwh", "MWh", "What it holds when it is full, of a battery or a reservoir.", above=True),
        number("efficiency", "", "In place of its technology's.", above=True, high=1),
        number("capacity_factor", "", "What it makes in a year over what it could without a pause; of wind and water "
               "what the profile is scaled to, of sun only where it is stated.", above=True, high=1),
        text("mount", "Of sun: how its panels stand.", one_of=MOUNTS),
        text("season", "How wind or water move through the year, an id of table `load_shape`."),
        text("radiation", "Where the sun was measured that shines on it, a site of table `radiation`."),
        number("dc_ac", "", "Power of its panels over what it feeds in at most.", above=True),
        whole("since", "", "Year from which it is there; empty is always.", low=1900, high=2100, use="key"),
        whole("until", "", "Last year in which it is there.", low=1900, high=2100, use="key"),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
TIE = Table(
    "tie",
    "Lines or a cable between two zones, together.",
    ("id",),
    (
        id_("In lower case with dashes: az-ge."),
        text("name", "As shown.", required=True),
        ref("zone", "One end.", "from_zone"),
        ref("zone", "The other.", "to_zone"),
        number("mw", "MW", "What it carries at most that way.", required=True),
        number("mw_back", "MW", "What it carries at most the other way; empty is as much."),
        number("loss", "", "Share of what goes in that does not come out.", high=1),
        text("site", "What it is a version of: rival versions have one site, and are never there together."),
        text("rule", "To a market: agreed, what was agreed, and beyond it only what would be lost; green, as much as "
             "wind and sun make in the hour; free, whatever pays.", one_of=RULES),
        number("km", "km", "How long it is.", above=True, use="shown"),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
EXCHANGE = Table(
    "exchange",
    "What is agreed to go over a tie in a year.",
    ("tie", "year"),
    (
        ref("tie", "Over which."),
        whole("year", "", "The year.", low=1990, high=2100, use="key", required=True),
        number("out_twh", "TWh", "From the one end to the other."),
        number("back_twh", "TWh", "The other way."),
        text("shape", "How it moves through the year, an id of table `load_shape`; empty is level."),
        text("back_shape", "How what goes the other way moves, where that is known apart; empty is as `shape`."),
        NOTE,
    ),
    optional=True,
)
LOAD = Table(
    "load",
    "What a country uses in a year.",
    ("country", "year"),
    (
        text("country", "ISO 3166-1 alpha-2 code.", required=True),
        whole("year", "", "The year.", low=1990, high=2100, use="key", required=True),
        number("twh", "TWh", "With what is lost on the lines: what plants and imports must bring.", above=True),
        number("peak_mw", "MW", "The highest hour.", above=True),
        NOTE,
    ),
    optional=True,
)
LOAD_SHAPE = Table(
    "load_shape",
    "How something moves through the year: the weight of each month, weekday and hour, whose mean is taken as 1.",
    ("shape", "span", "seq"),
    (
        text("shape", "Its id.", required=True),
        text("span", "Of what it is a weight.", required=True, one_of=SPANS),
        whole("seq", "", "Month 1 to 12, weekday 1 (Monday) to 7, hour 0 to 23, local time.", low=0, high=23, use="key",
              required=True),
        number("weight", "", "In any unit: only how they stand to each other counts.", required=True),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
RADIATION = Table(
    "radiation",
    "Global radiation on level ground as measured, month by month.",
    ("site", "month"),
    (
        text("site", "Where.", required=True),
        whole("month", "", "1 to 12.", low=1, high=12, use="key", required=True),
        number("mj_m2", "MJ/m2", "What falls on a square metre in the month."),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
POWER_FIGURE = Table(
    "power_figure",
    "A published figure of a power system; rival figures stand side by side.",
    ("id",),
    (
        id_("The id of the fact."),
        text("country", "ISO 3166-1 alpha-2 code.", required=True),
        whole("year", "", "The year.", low=1900, high=2100, use="key", required=True),
        text("period", "Part of the year that it is of, as 2025-01/09; empty for all of it."),
        text("what", "What it is.", required=True, one_of=WHAT),
        text("technology", "As statistics count: gas, oil, hydro, solar, wind, waste; empty for all."),
        text("plant", "Of some plants: their ids, or the site of versions of one.", many=True),
        number("twh", "TWh", "Energy as stated.", low=None),
        number("mw", "MW", "Power as stated."),
        number("gco2_kwh", "gCO2/kWh", "Intensity as stated."),
        number("saved_gas_mcm", "million m3", "Gas that it is to save in a year, as stated of a plant."),
        number("saved_ktco2", "ktCO2", "CO2 that it is to save in a year, as stated of a plant."),
        NOTE,
    ),
    optional=True,
)  # fmt: skip

POWER: tuple[Table, ...] = (
    ZONE, FUEL, TECHNOLOGY, PLANT, TIE, EXCHANGE, LOAD, LOAD_SHAPE, RADIATION, POWER_FIGURE,
)  # fmt: skip
