"""Sun by the hour: what a plant of panels may feed in, out of the sun's place, measured monthly radiation, and clouds.

1. The sun's place: NREL's algorithm (Reda and Andreas 2004), by pvlib, twice an hour.
2. Clear sky: Ineichen and Perez (2002), with the monthly turbidity of the climatology that comes with pvlib (Remund et
   al. 2003) and the height of the ground that comes with it.
3. Clouds: each local day has a clear-sky index, a logit-normal variable of a field over the map (see `weather`) whose
   correlation from day to day is that of Graham, Hollands and Huget (1988). Each month it is moved so that the month's
   radiation on level ground is the measured one.
4. Parting into direct and diffuse: Erbs, Klein and Duffie (1982). On to the panels: Hay and Davies (1980), by pvlib.
5. Panels: warmed by what falls on them (Ross 1976), their power falling with that; losses and inverter of PVWatts
   (Dobos 2014); cut off at what the plant feeds in at most.

Not covered: clouds that come and go within a day, snow, dust, shade of hills, and panels that age.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from karvan.grid.shapes import Clock, Ints, solve
from karvan.grid.system import Floats
from karvan.grid.weather import Field
from karvan.ground.errors import InputError, Problem

Mount = Literal["fixed", "tracking"]

STEPS = 2
"""Times in an hour at which the sun is looked at."""
LOWEST_SUN = 1.0
"""Degrees above the horizon below which nothing is counted."""
CLOUD_LAG = 0.29
"""Correlation of a day's clearness with that of the day before: Graham, Hollands and Huget (1988), Solar Energy 40."""
CLOUD_SPREAD = 1.3
"""Spread of the logit of a day's clear-sky index. Assumed (grade D): it makes bright days the rule and dull ones
common, as where the radiation of months is half to nine tenths of that of clear ones."""
DULLEST, CLEAREST = 0.1, 1.05
"""A day's clear-sky index at least and at most. Assumed (grade D): a heavy sky lets a tenth through; air clearer than
the month's mean brings a twentieth more."""
UNMEASURED = 0.8
"""Mean clear-sky index of each month where nobody measured. Assumed (grade D): what is published of Pirallahi island,
5,679 MJ/m2 a year, is 0.80 of this clear sky."""
GROUND = 0.2
"""Share of light that the ground throws back; pvlib's for what is not known is 0.25, PVWatts' 0.2."""
TURN = 60.0
"""Degrees to which a tracker turns. Assumed (grade D): as most that are sold."""
COVER = 0.35
"""Width of a tracker's panels over the distance of its rows. Assumed (grade D)."""
STEEPEST, LESS_STEEP = 35.0, 10.0
"""Fixed panels face the equator at the latitude less 10 degrees, at most 35. Assumed (grade D): near the best yearly
yield, which is flat."""
WARMING = 0.03
"""K by which the cells are warmer than air for each W/m2: Ross (1976), of panels that stand free."""
BY_HEAT = -0.0035
"""Share of power for each K above 25 degrees C. Assumed (grade D): as makers of crystalline panels state."""
LOSSES = 0.14
"""Dirt, wires, mismatch and the like: PVWatts version 5 (Dobos 2014)."""
INVERTER = 0.96
"""Efficiency of the inverter: PVWatts version 5."""
AIR_C, AIR_SEASON_C, AIR_DAY_C = 15.0, 11.0, 4.0
"""Air temperature: mean, half the swing from January to July, half that from night to day. Assumed (grade D): about
that of Baku; five degrees are 2 % of power."""


class Sun(NamedTuple):
    """The sun over a place at those times of a year (STEPS an hour) at which it is up: (n_up,) each."""

    hour: Ints
    """In which hour of the year."""
    day_of_year: Ints
    zenith: Floats
    """Degrees, without refraction."""
    seen: Floats
    """Zenith as seen, with refraction, degrees."""
    azimuth: Floats
    """Degrees east of north."""
    beyond: Floats
    """W/m2 on a plane across the rays, above the air."""
    clear: Floats
    """W/m2 on level ground under a clear sky."""


@dataclass(frozen=True, eq=False)
class Sunshine:
    """What a plant of panels may feed in, and how it was made."""

    may: Floats
    """Share of its size in each hour (n_hours,)."""
    level: Floats
    """W/m2 on level ground, mean of each hour (n_hours,)."""
    factor: float
    """By what the power of the panels was multiplied to meet a stated capacity factor; 1 where none is stated."""


@lru_cache(maxsize=32)
def sun(year: int, lon: float, lat: float) -> Sun:
    """The sun over a place in degrees, and the clear sky."""
    import pandas as pd
    from pvlib import atmosphere, clearsky, irradiance, location, solarposition

    clock = Clock(year)
    first = pd.Timestamp(str(clock.start), tz="UTC") + pd.Timedelta(hours=1 / (2 * STEPS))
    times = pd.date_range(first, periods=clock.hours * STEPS, freq=pd.Timedelta(hours=1 / STEPS))
    height = max(0.0, float(location.lookup_altitude(lat, lon)))
    place = solarposition.spa_python(times, lat, lon, altitude=height)
    up = np.flatnonzero(place["apparent_elevation"].to_numpy() > LOWEST_SUN)
    zenith, seen, azimuth = (place[name].to_numpy()[up] for name in ("zenith", "apparent_zenith", "azimuth"))
    day = times.day_of_year.to_numpy(dtype=np.int64)[up]
    month = times.month.to_numpy()[up]
    middles = pd.to_datetime([f"{year:04d}-{number:02d}-15" for number in range(1, 13)])
    turbid = clearsky.lookup_linke_turbidity(middles, lat, lon, interp_turbidity=False).to_numpy()[month - 1]
    beyond = np.asarray(irradiance.get_extra_radiation(day))
    air = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(seen), pressure=atmosphere.alt2pres(height))
    clear = np.asarray(clearsky.ineichen(seen, air, turbid, altitude=height, dni_extra=beyond)["ghi"])
    return Sun(up // STEPS, day, zenith, seen, azimuth, beyond, clear)


def by_hour(values: Floats, hour: Ints, hours: int) -> Floats:
    """Values at times of the sun as the mean of each hour (n_hours,)."""
    found: Floats = np.bincount(hour, values, hours) / STEPS
    return found


def clouded(shining: Sun, clock: Clock, drawn: Floats, mj_m2: tuple[float, ...] | None, where: str) -> Floats:
    """W/m2 on level ground under clouds, at the times of the sun (n_up,).

    Parameters: drawn, a standard normal variable of each local day (n_days or more,); mj_m2, measured by month (12,),
        or None for UNMEASURED of the clear sky's; where, an address for what is wrong.
    Raises: InputError: a month with more radiation than comes to the top of the air.
    """
    month, day = clock.month[shining.hour], clock.day[shining.hour]
    mj_of_w = 3600 / STEPS / 1e6
    above = shining.beyond * np.maximum(0.0, np.cos(np.radians(shining.zenith)))
    level, problems = np.zeros_like(shining.clear), []
    for number in range(1, 13):
        at = np.flatnonzero(month == number)
        clear = shining.clear[at]
        clear_mj, most_mj = clear.sum() * mj_of_w, above[at].sum() * mj_of_w
        wanted = UNMEASURED * clear_mj if mj_m2 is None else mj_m2[number - 1]
        if not 0 <= wanted < most_mj:
            remedy = (
                f"give MJ on a square metre of level ground in the month; {most_mj:,.0f} come to the top of the air"
            )
            problems.append(Problem(f"{where}, month {number}", f"{wanted:g} MJ/m2", remedy))
            continue
        level[at] = clear * _index(wanted / clear_mj, clear, drawn[day[at]])
    if problems:
        raise InputError("radiation", problems)
    return level


def _index(mean: float, clear: Floats, drawn: Floats) -> Floats:
    """The clear-sky index at each time of a month whose mean, weighted by the clear sky, is `mean` (n_times,)."""
    from scipy.special import expit

    # A station may measure more than a model of clear sky has: then the model is too dull, and its bounds are moved.
    low, high = min(DULLEST, 0.5 * mean), max(CLEAREST, 1.05 * mean)

    def index(moved: float) -> Floats:
        found: Floats = low + (high - low) * expit(moved + CLOUD_SPREAD * drawn)
        return found

    moved = solve(lambda x: float(np.average(index(x), weights=clear)), mean, -60.0, 60.0)
    found = index(moved)
    return found * (mean / np.average(found, weights=clear))


def on_panels(shining: Sun, level: Floats, mount: Mount, lat: float) -> Floats:
    """W/m2 on the panels at the times of the sun (n_up,), of W/m2 on level ground (n_up,)."""
    from pvlib import irradiance, tracking

    parts = irradiance.erbs(level, shining.zenith, shining.day_of_year)
    tilt: Any
    azimuth: Any
    if mount == "fixed":
        tilt = np.full_like(level, min(STEEPEST, max(0.0, abs(lat) - LESS_STEEP)))
        azimuth = np.full_like(level, 180.0 if lat >= 0 else 0.0)
    else:
        turned = tracking.singleaxis(shining.seen, shining.azimuth, max_angle=TURN, backtrack=True, gcr=COVER)
        tilt, azimuth = np.nan_to_num(turned["surface_tilt"]), np.nan_to_num(turned["surface_azimuth"], nan=90.0)
    total = irradiance.get_total_irradiance(
        tilt, azimuth, shining.seen, shining.azimuth, parts["dni"], level, parts["dhi"], dni_extra=shining.beyond,
        albedo=GROUND, model="haydavies",
    )  # fmt: skip
    return np.maximum(0.0, np.nan_to_num(np.asarray(total["poa_global"], dtype=np.float64)))


def panels(shining: Sun, poa: Floats, hours: int, lon: float) -> Floats:
    """Power after the inverter over the power of the panels, mean of each hour (n_hours,)."""
    season = np.cos(2 * np.pi * (shining.day_of_year - 201) / 365.25)
    solar_hour = shining.hour % 24 + 0.5 + lon / 15
    air = AIR_C + AIR_SEASON_C * season + AIR_DAY_C * np.cos(2 * np.pi * (solar_hour - 15) / 24)
    warm = air + WARMING * poa
    power = poa / 1000 * (1 + BY_HEAT * (warm - 25)) * (1 - LOSSES) * INVERTER
    return by_hour(np.maximum(0.0, power), shining.hour, hours)


def sunshine(
    clock: Clock, field: Field, lon: float, lat: float, *, mj_m2: tuple[float, ...] | None, mount: Mount,
    dc_ac: float, most: float = 1.0, capacity_factor: float | None = None, where: str = "plant",
) -> Sunshine:  # fmt: skip
    """What a plant of panels may feed in.

    Parameters: clock, with the local time; field of days; lon and lat, degrees; mj_m2, measured by month (12,) or None;
        dc_ac, power of the panels over what it feeds in at most; most, share that is fed in at most; capacity_factor,
        to be met on the mean of the year to 1e-9, None for what the panels give; where, an address for what is wrong.
    Raises: InputError: a capacity factor that the hours of light do not allow; a month of too much radiation.
    """
    shining = sun(clock.year, round(lon, 2), round(lat, 2))
    level = clouded(shining, clock, field.at(lon, lat), mj_m2, where)
    raw = dc_ac * panels(shining, on_panels(shining, level, mount, lat), clock.hours, lon)
    factor = 1.0
    if capacity_factor is not None:
        reached = float(np.minimum(most, MOST_FACTOR * raw).mean())
        if reached < capacity_factor:
            remedy = f"give less than {reached:.3f}: so much is there if panels give {MOST_FACTOR:g} times as much"
            raise InputError("sun", [Problem(f"{where}, capacity_factor", f"{capacity_factor:g}", remedy)])
        factor = solve(lambda f: float(np.minimum(most, f * raw).mean()), capacity_factor, 0.0, MOST_FACTOR)
    return Sunshine(np.minimum(most, factor * raw), by_hour(level, shining.hour, clock.hours), factor)


MOST_FACTOR = 3.0
"""A stated capacity factor that needs panels to give more than so many times what they would is refused."""
