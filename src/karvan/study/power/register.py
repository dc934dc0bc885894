"""The tables that a run of the power system keeps: their columns with units, said once."""

from __future__ import annotations

from karvan.tables import Column, Table


def _text(name: str, doc: str) -> Column:
    return Column(name, "text", doc)


def _of(name: str, unit: str, doc: str) -> Column:
    return Column(name, "number", doc, unit)


TIME = Column("time", "instant", "When the hour begins, UTC.")

ZONE_HOURS = Table(
    "power_zone_hours",
    "A row an hour of a zone or market.",
    ("time", "zone"),
    (
        TIME,
        _text("zone", "Id of the zone or market."),
        _of("load_mw", "MW", "What it uses, served or not; missing of a market."),
        _of("shed_mw", "MW", "What of it is not served; missing of a market."),
        _of("price_usd_mwh", "USD/MWh", "What a megawatt-hour more would cost there; of a market its price."),
    ),
)
CARBON_HOURS = Table(
    "power_carbon_hours",
    "A row an hour of a country: what is let out for a kilowatt-hour.",
    ("time", "country"),
    (
        TIME,
        _text("country", "ISO 3166-1 alpha-2 code."),
        _of("made_mwh", "MWh", "What its plants give."),
        _of("used_mwh", "MWh", "What is used of it, with imports and without exports."),
        _of("direct_made", "gCO2/kWh", "CO2 of burning, of what is made."),
        _of("direct_used", "gCO2/kWh", "CO2 of burning, of what is used."),
        _of("life_made", "gCO2e/kWh", "Of the whole life of fuel and plants, of what is made."),
        _of("life_used", "gCO2e/kWh", "Of the whole life of fuel and plants, of what is used."),
    ),
)
PLANT_HOURS = Table(
    "power_plant_hours",
    "A row an hour of a plant that makes power; reservoirs stand among the stores.",
    ("time", "plant"),
    (
        TIME,
        _text("plant", "Id of the plant."),
        _of("mw", "MW", "What it gives."),
        _of("could_mw", "MW", "What it could give."),
    ),
)
STORE_HOURS = Table(
    "power_store_hours",
    "A row an hour of a battery, a reservoir or an electrolyser.",
    ("time", "store"),
    (
        TIME,
        _text("store", "Id of the plant."),
        _of("given_mw", "MW", "What it gives."),
        _of("taken_mw", "MW", "What it takes."),
        _of("level_mwh", "MWh", "What it holds when the hour ends; missing of an electrolyser."),
        _of("spilled_mw", "MW", "Water that passes by it; missing of an electrolyser."),
    ),
)
TIE_HOURS = Table(
    "power_tie_hours",
    "A row an hour of a tie.",
    ("time", "tie"),
    (
        TIME,
        _text("tie", "Id of the tie."),
        _of("out_mw", "MW", "What is sent from the one end, what was agreed in it."),
        _of("back_mw", "MW", "What is sent from the other end, what was agreed in it."),
        _of("agreed_out_mw", "MW", "What was agreed to be sent from the one end: given, not found."),
        _of("agreed_back_mw", "MW", "What was agreed to be sent from the other end."),
    ),
)
PLANTS = Table(
    "power_plants",
    "A row a plant, reservoir, battery or electrolyser: its year.",
    ("plant",),
    (
        _text("plant", "Id of the plant."),
        _text("name", "As shown."),
        _text("zone", "Where it stands."),
        _text("country", "ISO 3166-1 alpha-2 code."),
        _text("technology", "Id of its technology."),
        _text("sort", "What it is to the model."),
        _text("reported", "What statistics count it to; empty of what makes none."),
        _text("site", "What it is a version of; empty if of nothing."),
        _of("mw", "MW", "What it gives, or takes, at most."),
        _of("could_twh", "TWh", "What it could have made of its fuel, wind, sun or water."),
        _of("twh", "TWh", "What it gave."),
        _of("taken_twh", "TWh", "What it took, of a battery or an electrolyser."),
        _of("curtailed_twh", "TWh", "What wind, sun or water it let pass by."),
        _of("capacity_factor", "", "What it gave over what it could without a pause."),
        _of("gas_bcm", "billion m3", "Gas that it burnt."),
        _of("mtco2", "MtCO2", "CO2 of what it burnt."),
        _of("mtco2e", "MtCO2e", "Of its whole life and its fuel's."),
        _of("hydrogen_kt", "kt", "Hydrogen that it made."),
        _of("cost_musd", "million USD", "What its fuel and else cost, by what it gave."),
    ),
)
TECHNOLOGIES = Table(
    "power_technologies",
    "A row a technology of a country: its year.",
    ("country", "technology"),
    (
        _text("country", "ISO 3166-1 alpha-2 code."),
        _text("technology", "Id of the technology."),
        _text("reported", "What statistics count it to."),
        _of("mw", "MW", "What its plants give, or take, at most."),
        _of("twh", "TWh", "What they gave."),
        _of("taken_twh", "TWh", "What they took."),
        _of("share", "", "Of all that is made in the country; missing of what only stores."),
        _of("capacity_factor", "", "What they gave over what they could without a pause."),
        _of("curtailed_twh", "TWh", "What wind, sun or water they let pass by."),
        _of("curtailed_share", "", "Of what they could have made; missing of what burns."),
        _of("gas_bcm", "billion m3", "Gas that they burnt."),
        _of("mtco2", "MtCO2", "CO2 of what they burnt."),
    ),
)
TIES = Table(
    "power_ties",
    "A row a tie: its year.",
    ("tie",),
    (
        _text("tie", "Id of the tie."),
        _text("name", "As shown."),
        _text("from_zone", "One end."),
        _text("to_zone", "The other."),
        _text("market", "The end that is a market; empty if none is."),
        _text("country", "Of the end that is no market."),
        _text("rule", "agreed, green or free."),
        _of("mw", "MW", "What it carries at most from the one end."),
        _of("mw_back", "MW", "What it carries at most from the other."),
        _of("out_twh", "TWh", "What is sent from the one end."),
        _of("back_twh", "TWh", "What is sent from the other."),
        _of("agreed_out_twh", "TWh", "What of it was agreed."),
        _of("agreed_back_twh", "TWh", "What of it was agreed."),
        _of("exports_twh", "TWh", "What leaves for the market; missing of a tie to none."),
        _of("imports_twh", "TWh", "What arrives from the market."),
        _of("export_musd", "million USD", "What the market pays for what arrives there, its levy taken off."),
        _of("import_musd", "million USD", "What the market is paid."),
        _of("use", "", "What is sent both ways over what could be, by the wider way."),
        _of("full_h", "h", "Hours in which it carries all that it can."),
    ),
)
ZONES = Table(
    "power_zones",
    "A row a zone or market: its year.",
    ("zone",),
    (
        _text("zone", "Its id."),
        _text("name", "As shown."),
        _text("country", "ISO 3166-1 alpha-2 code."),
        Column("market", "flag", "Whether it only buys and sells."),
        _of("load_twh", "TWh", "What it uses; missing of a market."),
        _of("peak_mw", "MW", "Its highest hour."),
        _of("made_twh", "TWh", "What its plants and reservoirs give."),
        _of("curtailed_twh", "TWh", "What wind, sun and water it lets pass by."),
        _of("shed_gwh", "GWh", "What is not served."),
        _of("shed_h", "h", "Hours in which not all is served."),
        _of("price_usd_mwh", "USD/MWh", "Mean price of what is used; of a market the mean of its hours."),
        _of("low_usd_mwh", "USD/MWh", "Of the cheapest twentieth of the hours not more than this."),
        _of("high_usd_mwh", "USD/MWh", "Of the dearest twentieth of the hours not less than this."),
    ),
)
COUNTRIES = Table(
    "power_countries",
    "A row a country: its year.",
    ("country",),
    (
        _text("country", "ISO 3166-1 alpha-2 code."),
        _of("load_twh", "TWh", "What is used, with the losses of lines inside the country."),
        _of("peak_mw", "MW", "The highest hour."),
        _of("capacity_mw", "MW", "Of its plants and reservoirs."),
        _of("made_twh", "TWh", "What its plants and reservoirs give."),
        _of("exports_twh", "TWh", "What leaves for markets."),
        _of("imports_twh", "TWh", "What arrives from markets."),
        _of("agreed_exports_twh", "TWh", "What of the exports was agreed."),
        _of("agreed_imports_twh", "TWh", "What of the imports was agreed, as it is sent."),
        _of("export_musd", "million USD", "What markets pay, their levies taken off."),
        _of("import_musd", "million USD", "What markets are paid."),
        _of("curtailed_twh", "TWh", "What wind, sun and water it lets pass by."),
        _of("shed_gwh", "GWh", "What is not served."),
        _of("gas_bcm", "billion m3", "Gas burnt."),
        _of("mtco2", "MtCO2", "CO2 of burning."),
        _of("mtco2e", "MtCO2e", "Of the whole life of fuel and plants."),
        _of("hydrogen_kt", "kt", "Hydrogen made."),
        _of("cost_musd", "million USD", "What fuel and else cost."),
        _of("direct_made", "gCO2/kWh", "CO2 of burning, of what is made."),
        _of("direct_used", "gCO2/kWh", "CO2 of burning, of what is used."),
        _of("life_made", "gCO2e/kWh", "Of the whole life, of what is made."),
        _of("life_used", "gCO2e/kWh", "Of the whole life, of what is used."),
    ),
)
PROFILES = Table(
    "power_profiles",
    "A row a plant, zone or market: where its hours are from.",
    ("name",),
    (
        _text("name", "Id of the plant, zone or market."),
        _text("source", "made, or the file of the user."),
        _of("mean", "", "Of plants the capacity factor that it may reach; of zones MW, of markets USD/MWh."),
        _of("factor", "", "Of sun: by what the panels' power was multiplied to meet a stated capacity factor."),
    ),
)
TABLES = (
    ZONE_HOURS, CARBON_HOURS, PLANT_HOURS, STORE_HOURS, TIE_HOURS, PLANTS, TECHNOLOGIES, TIES, ZONES, COUNTRIES,
    PROFILES,
)  # fmt: skip
REGISTER = {table.name: table for table in TABLES}
