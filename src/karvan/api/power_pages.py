"""What is answered of the power system, field by field."""

from __future__ import annotations

from pydantic import Field

from karvan.api.commitments import Exact

RUN = "power-middle-corridor-df253711"


class PowerZone(Exact):
    """A part of the power system, or a market beyond the border."""

    id: str = Field(examples=["AZ_ABSHERON"])
    name: str = Field(examples=["Absheron and the north-east"])
    country: str = Field(description="ISO 3166-1 alpha-2.", examples=["AZ"])
    lon: float = Field(description="Degrees.", examples=[49.7])
    lat: float = Field(examples=[40.45])
    market: bool = Field(description="Whether it only buys and sells.")
    load_share: float | None = Field(description="Share of what its country uses; null of a market.", examples=[0.5])
    price_usd_mwh: float | None = Field(description="What a market pays and asks.", examples=[None])
    levy_usd_t: float | None = Field(description="What a market takes of a tonne of CO2 at its border.")


class PowerTie(Exact):
    """Lines or a cable between two zones."""

    id: str = Field(examples=["black-sea-cable"])
    name: str = Field(examples=["Black Sea cable, 1.3 GW"])
    from_zone: str = Field(examples=["AZ_GANJA"])
    to_zone: str = Field(examples=["RO"])
    mw: float = Field(examples=[1300.0])
    mw_back: float = Field(description="The other way.", examples=[1300.0])
    loss: float | None = Field(description="Share of what goes in that does not come out; null: in the load.")
    rule: str = Field(description="To a market: agreed, green or free; else empty.", examples=["green"])
    site: str = Field(description="What it is a version of; empty if of nothing.")
    km: float | None
    projects: list[str] = Field(description="Any one of which builds it; none: it is there.")


class PowerPlant(Exact):
    """A plant, a battery or an electrolyser."""

    id: str = Field(examples=["garadagh-pv"])
    name: str
    zone: str = Field(examples=["AZ_ABSHERON"])
    technology: str = Field(examples=["solar"])
    sort: str = Field(description="thermal, hydro, solar, wind, battery or electrolyser.", examples=["solar"])
    site: str = Field(description="What it is a version of; empty if of nothing.")
    lon: float | None = Field(description="Null where only its zone is known.")
    lat: float | None
    mw: float = Field(description="What it gives, or takes, at most.", examples=[230.0])
    mwh: float | None = Field(description="What it holds, of a battery or a reservoir.")
    since: int | None = Field(description="Year from which it is there; null: always, or when its project opens.")
    until: int | None = Field(description="Last year.")
    projects: list[str] = Field(description="Any one of which builds it; none: it is there.")


class PowerTechnology(Exact):
    """A way to make, keep or use power."""

    id: str = Field(examples=["gas-ccgt"])
    name: str
    sort: str = Field(examples=["thermal"])
    fuel: str = Field(description="What it burns; empty if nothing.", examples=["gas"])
    reported: str = Field(description="What statistics count it to.", examples=["gas"])


class PowerFigure(Exact):
    """A published figure; rival figures stand side by side."""

    id: str = Field(description="The fact that states it.", examples=["RT-PW-001"])
    country: str = Field(examples=["AZ"])
    year: int = Field(examples=[2024])
    period: str = Field(description="Part of the year; empty for all of it.", examples=["2024-01/04"])
    what: str = Field(examples=["generation"])
    technology: str = Field(description="As statistics count; empty for all.")
    plants: list[str]
    twh: float | None
    mw: float | None
    gco2_kwh: float | None
    saved_gas_mcm: float | None
    saved_ktco2: float | None
    note: str


class PowerLoad(Exact):
    """What a country uses in a year."""

    country: str = Field(examples=["AZ"])
    year: int = Field(examples=[2024])
    twh: float | None
    peak_mw: float | None


class PowerScenario(Exact):
    """A scenario of whose year there is a load."""

    name: str = Field(examples=["offshore"])
    title: str = Field(examples=["2 GW of wind at sea"])
    year: int = Field(examples=[2030])
    case: bool = Field(description="Whether it is a case of projects, and not a scenario of the corridor.")
    against: str | None = Field(description="The world that a case is held against.", examples=["base-2030"])


class PowerPage(Exact):
    """What a corridor knows of its power system. Lists are empty where it has none."""

    package: str = Field(examples=["middle-corridor"])
    solver: bool = Field(description="Whether this service can dispatch; runs that are there can be read without.")
    zones: list[PowerZone]
    ties: list[PowerTie]
    plants: list[PowerPlant]
    technologies: list[PowerTechnology]
    loads: list[PowerLoad]
    figures: list[PowerFigure]
    scenarios: list[PowerScenario]


class PowerSeries(Exact):
    """What plants of a technology do, hour by hour."""

    technology: str = Field(examples=["gas-ccgt"])
    mw: list[float] = Field(examples=[[1500.0, 1490.2]])


class PowerCarbon(Exact):
    """What is let out for a kilowatt-hour of a country, hour by hour; null in an hour without power."""

    country: str = Field(examples=["AZ"])
    direct_made: list[float | None] = Field(description="gCO2/kWh of burning, of what is made.")
    direct_used: list[float | None] = Field(description="gCO2/kWh of burning, of what is used.")
    life_made: list[float | None] = Field(description="gCO2e/kWh of the whole life, of what is made.")
    life_used: list[float | None] = Field(description="gCO2e/kWh of the whole life, of what is used.")


class PowerHours(Exact):
    """Hours of a run: arrays of one length, an element an hour."""

    run: str = Field(examples=[RUN])
    scenario: str = Field(examples=["base-2024"])
    year: int = Field(examples=[2024])
    zones: list[str] = Field(description="Those that are added up.", examples=[["AZ_ABSHERON"]])
    weeks: list[str] = Field(
        description="When each stretch of 168 hours of the run begins, UTC: what a window may begin with.",
        examples=[["2024-01-01T00:00Z"]],
    )
    times: list[str] = Field(description="When each hour begins, UTC.", examples=[["2024-01-01T00:00Z"]])
    load_mw: list[float]
    shed_mw: list[float] = Field(description="What of the load is not served.")
    out_mw: list[float] = Field(description="What is sent to other zones and markets.")
    in_mw: list[float] = Field(description="What those send, losses of the ties still in it.")
    curtailed_mw: list[float] = Field(description="What wind, sun and water is let pass by.")
    price_usd_mwh: list[float] = Field(description="What a megawatt-hour more costs: mean by load.")
    made: list[PowerSeries] = Field(description="By technology, what makes most first; batteries' discharge in it.")
    taken: list[PowerSeries] = Field(description="By batteries and electrolysers.")
    carbon: list[PowerCarbon]


class PowerMonth(Exact):
    """What the hours of a month come to."""

    month: int = Field(description="1 to 12, UTC.", examples=[1])
    hours: int = Field(description="That were worked out.", examples=[744])
    load_gwh: float
    shed_gwh: float
    made_gwh: dict[str, float] = Field(description="By technology.")
    curtailed_gwh: float
    exports_gwh: float = Field(description="What leaves for markets.")
    imports_gwh: float = Field(description="What markets send, losses of the ties still in it.")
    price_usd_mwh: float | None = Field(description="Mean by load; null without hours.")


class PricePoint(Exact):
    """A price, and in how much of the time it is at least so much."""

    share: float = Field(description="0 to 1.", examples=[0.05])
    usd_mwh: float


class PowerYear(Exact):
    """The year of a run by month, and the prices of its hours."""

    run: str = Field(examples=[RUN])
    scenario: str
    year: int = Field(examples=[2024])
    hours: int = Field(description="That were worked out.", examples=[8784])
    hours_each_stands_for: float = Field(description="Sums here are of the hours that were worked out.", examples=[1.0])
    months: list[PowerMonth]
    price_duration: list[PricePoint] = Field(description="The dearest hours first.")


class PowerTieYear(Exact):
    """A tie over the year."""

    tie: str = Field(examples=["az-ge"])
    name: str
    from_zone: str = Field(examples=["AZ_GANJA"])
    to_zone: str = Field(examples=["GE"])
    market: str = Field(description="The end that is a market; empty if none is.", examples=["GE"])
    country: str = Field(examples=["AZ"])
    rule: str = Field(examples=["agreed"])
    mw: float
    mw_back: float
    out_twh: float = Field(description="What is sent from the one end.")
    back_twh: float
    agreed_out_twh: float = Field(description="What of it was agreed: given, not found.")
    agreed_back_twh: float
    exports_twh: float | None = Field(description="What leaves for the market; null of a tie to none.")
    imports_twh: float | None
    export_musd: float | None
    import_musd: float | None
    use: float | None = Field(description="What is sent both ways over what could be.", examples=[0.2])
    full_h: float = Field(description="Hours in which it carries all that it can.")


class PowerZoneYear(Exact):
    """A zone over the year."""

    zone: str = Field(examples=["AZ_ABSHERON"])
    name: str
    country: str
    market: bool
    load_twh: float | None = Field(description="Null of a market, as is all that it does.")
    peak_mw: float | None
    made_twh: float | None
    curtailed_twh: float | None
    shed_gwh: float | None
    shed_h: float | None
    price_usd_mwh: float
    low_usd_mwh: float
    high_usd_mwh: float


class PowerTies(Exact):
    """What went over ties in the year of a run, and what zones came to."""

    run: str = Field(examples=[RUN])
    scenario: str
    year: int = Field(examples=[2024])
    ties: list[PowerTieYear]
    zones: list[PowerZoneYear]


class TrainDiesel(Exact):
    """The train by diesel."""

    factor: str = Field(description="Id of the emission factor.")
    gco2e_tkm: float
    kg_teu: float = Field(description="kg CO2e a TEU, well to wheel.")
    ttw_kg_teu: float | None = Field(description="Of burning alone.")
    kg_train: float


class TrainTime(Exact):
    """A departure, or the mean of all."""

    kg_teu: float
    depart: str | None = Field(None, description="UTC.")


class TrainHours(Exact):
    """The train by the hour of departure."""

    departures: int
    min: TrainTime
    mean: TrainTime
    max: TrainTime
    p10_kg_teu: float
    p90_kg_teu: float
    hour_of_day_kg_teu: list[float | None] = Field(description="Means by local hour (24).")
    month_kg_teu: list[float | None] = Field(description="Means by local month (12).")


class TrainGrid(Exact):
    """The train by one grid."""

    grid: str = Field(description="Name of a run, or `package`.", examples=["package"])
    scenario: str
    year: int | None
    gco2e_kwh: dict[str, float] = Field(description="By country.")
    kg_teu: float
    kg_train: float
    of_diesel: float = Field(description="Over what diesel lets out.")
    by_hour: TrainHours | None = Field(description="Null of the package, and of a run of some weeks.")


class TrainPage(Exact):
    """A block train between two places by diesel and by each grid, as `karvan power train --json` prints it."""

    from_: str = Field(alias="from", examples=["ALAT"])
    to: str = Field(examples=["BOYUK_KESIK"])
    passes: list[str]
    links: list[str]
    km: float
    wire_km: float = Field(description="Under a wire.")
    hours: float = Field(description="Under way.")
    time_zone: str
    teu: float
    tonnes_teu: float
    vehicle: str
    of: str = Field(description="Mix of what a country makes or uses: made or used.")
    kwh_teu: float
    kwh_train: float
    diesel: TrainDiesel
    grids: list[TrainGrid]
    notes: list[str]
