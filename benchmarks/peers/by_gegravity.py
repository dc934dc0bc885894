"""Thirty made countries in general equilibrium by gegravity 0.3 (Herman 2021); writes `tests/gegravity_30.csv`.

Run it where gegravity is installed, `python -W ignore -m benchmarks.peers.by_gegravity tests/gegravity_30.csv`; it
leans on what pandas will drop, so it is not a dependency of the tests, which read what it wrote.

Columns: where a country is (km), output and expenditure (million USD), then by gegravity, told with inward resistance
of REFERENCE = 1: resistances before and after the area, factory-gate price, its welfare statistic (real expenditure
before over after), and change of exports and imports in percent. Its "full" equilibrium holds output shares within the
resistances; the last columns are where that settles when outputs are fed back until nothing moves, each round of
resistances solved by gegravity.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

N = 30
SIGMA = 5.0
REFERENCE = "C03"
MEMBERS = ("C00", "C01", "C02", "C03", "C04")
COEFFICIENTS = {"log_km": -0.8, "border": -2.5, "area": 0.4}
RESCALE = 100.0
"""What gegravity's solver needs to find outward resistances of this sample."""
ROUNDS = 60


def countries() -> pd.DataFrame:
    """Places, outputs and expenditures; log-normal sizes and deficits of about a tenth."""
    lot = np.random.Generator(np.random.Philox(1))
    place = lot.uniform(0, 10_000, (N, 2))
    output = np.exp(lot.normal(12, 1.2, N))
    expenditure = output * np.exp(lot.normal(0, 0.1, N))
    expenditure *= output.sum() / expenditure.sum()
    names = [f"C{row:02d}" for row in range(N)]
    columns = {"country": names, "x_km": place[:, 0], "y_km": place[:, 1], "output": output, "expenditure": expenditure}
    return pd.DataFrame(columns).round({"x_km": 3, "y_km": 3, "output": 3, "expenditure": 9})


def pairs(of: pd.DataFrame, *, area: bool) -> pd.DataFrame:
    """A row by pair, home included, with the variables of its trade costs."""
    cells = []
    for a in of.itertuples():
        for b in of.itertuples():
            km = np.hypot(a.x_km - b.x_km, a.y_km - b.y_km) + 200
            abroad = a.country != b.country
            inside = area and abroad and a.country in MEMBERS and b.country in MEMBERS
            cells.append(
                (a.country, b.country, "2020", 1.0, a.output, b.expenditure, np.log(km), float(abroad), float(inside))
            )
    return pd.DataFrame(cells, columns=["exporter", "importer", "year", "trade", "Y", "E", "log_km", "border", "area"])


def model(of: pd.DataFrame, *, area: bool) -> object:
    """A gegravity model whose baseline is built."""
    import gegravity

    costs = pd.DataFrame([(name, value, 0.1) for name, value in COEFFICIENTS.items()], columns=["var", "coeff", "ste"])
    made = gegravity.OneSectorGE(
        gegravity.BaselineData(pairs(of, area=area), trade_var_name="trade", expend_var_name="E", output_var_name="Y"),
        year="2020",
        reference_importer=REFERENCE,
        sigma=SIGMA,
        cost_variables=list(COEFFICIENTS),
        cost_coeff_values=gegravity.CostCoeffs(costs, identifier_col="var", coeff_col="coeff", stderr_col="ste"),
        quiet=True,
    )
    made.build_baseline(omr_rescale=RESCALE, mr_tolerance=1e-12)
    return made


def resistances(made: object) -> tuple[np.ndarray, np.ndarray]:
    """Inward and outward, sorted by country."""
    found = made.baseline_mr.sort_index()
    return found["baseline imr"].to_numpy(), found["baseline omr"].to_numpy()


def settled(of: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inward, outward and prices when outputs are fed back until they stay: (Y_i / Y) / (beta_i Pi_i^(1-sigma))."""
    base = resistances(model(of, area=False))[1]
    share = (of["output"] / of["output"].sum()).to_numpy()
    beta = share / base ** (1 - SIGMA)
    price = np.ones(N)
    for turn in range(ROUNDS):
        worth = of["output"] * price
        spent = of["expenditure"] * price
        now = of.assign(output=worth, expenditure=spent * worth.sum() / spent.sum())
        inward, outward = resistances(model(now, area=True))
        new = ((worth / worth.sum()).to_numpy() / outward ** (1 - SIGMA) / beta) ** (1 / (1 - SIGMA))
        # What a round tells is the price at last round's shares; as p^(1-sigma) goes with p, so much of it is due.
        new = price * (new / price) ** ((SIGMA - 1) / SIGMA)
        moved = np.abs(np.log(new / price) - np.log(new / price).mean()).max()
        price = new
        print(f"round {turn}: prices moved by {moved:.1e}", file=sys.stderr)
        if moved < 1e-11:
            break
    return inward, outward, price


def main(path: str) -> None:
    """Solve and write."""
    of = countries()
    made = model(of, area=False)
    base_in, base_out = resistances(made)
    made.define_experiment(
        pairs(of, area=True).sort_values(["exporter", "importer"]).reset_index(drop=True).assign(year="2020")
    )
    made.simulate(ge_tolerance=1e-12)
    found, terms = made.country_results.sort_index(), made.country_mr_terms.sort_index()
    inward, outward, price = settled(of)
    table = of.assign(
        inward_before=base_in,
        outward_before=base_out,
        inward_after=terms["experiment imr"].to_numpy(),
        outward_after=terms["experiment omr"].to_numpy(),
        price=1 + found["factory gate price change (percent)"].to_numpy() / 100,
        welfare_statistic=found["welfare statistic"].to_numpy(),
        exports_pct=found["foreign exports change (percent)"].to_numpy(),
        imports_pct=found["foreign imports change (percent)"].to_numpy(),
        settled_inward=inward,
        settled_outward=outward,
        settled_price=price,
    )
    table.to_csv(path, index=False, float_format="%.12g", lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1])
