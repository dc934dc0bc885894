"""The gravity model: what is checked, what is found again, what is left out and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.trade.diagnostics import deviance, diagnose, furthest, reset, residuals
from karvan.trade.effects import Groups, rank
from karvan.trade.elasticity import (
    Elasticity,
    agreement,
    answer,
    elasticity_of,
    money_change,
    pick,
    published,
    ratio_of,
    tariff_change,
    time_change,
    together,
)
from karvan.trade.forecast import forecast
from karvan.trade.gravity import FitGravity, Gravity, NotConverged, fit
from karvan.trade.panel import Panel

TRUE = {"log_dist": -0.9, "contiguous": 0.5}
APART = "leave it out, choose other fixed effects, or say that it may be dropped (drop_collinear=True)"


def made(seed: int = 1, n: int = 14, years: tuple[int, ...] = (2010, 2011), *, even: bool = False) -> pd.DataFrame:
    """Trade made with the coefficients of TRUE, effects by exporter and importer and year, noise of mean one, zeros.

    `even`: countries of like size and little noise, where what large samples promise of intervals holds of this one.
    """
    r = np.random.default_rng(seed)
    a, b, t = (x.ravel() for x in np.meshgrid(np.arange(n), np.arange(n), np.arange(len(years)), indexing="ij"))
    a, b, t = (x[a != b] for x in (a, b, t))
    at = r.random((n, 2))
    far = np.hypot(*(at[a] - at[b]).T)
    log_dist, contiguous = np.log(200 + 8000 * far), (far < 0.25).astype(float)
    size = 0.3 if even else 1.0
    out, in_ = r.normal(0, size, (n, len(years))), r.normal(0, size, (n, len(years)))
    expected = np.exp(TRUE["log_dist"] * log_dist + TRUE["contiguous"] * contiguous + out[a, t] + in_[b, t] + 11)
    noise = r.gamma(8, 1 / 8, (n, n))[a, b] * r.gamma(2, 0.5, a.size) * (r.random(a.size) < 0.85) / 0.85
    codes = np.array([f"C{i:02d}" for i in range(n)])
    return pd.DataFrame(
        {
            "year": np.array(years)[t], "exporter": codes[a], "importer": codes[b], "trade": expected * noise,
            "log_dist": log_dist, "contiguous": contiguous,
        }
    )  # fmt: skip


def panel(frame: pd.DataFrame | None = None, covariates: tuple[str, ...] = ("log_dist", "contiguous")) -> Panel:
    return Panel.of(made() if frame is None else frame, covariates)


def fitted(ask: FitGravity) -> Gravity:
    found = fit(ask)
    assert isinstance(found, Gravity), found.said
    return found


def small(*rows: tuple[int, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "exporter", "importer", "trade"])


def told(call: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as refused:
        call()
    return [str(problem) for problem in refused.value.problems]


# A. The panel.


def test_a01_rows_are_sorted_and_typed_and_the_frame_that_came_is_left_alone():
    frame = small((2015, "KAZ", "AZE", 3), (2005, "AZE", "KAZ", 1), (2005, "KAZ", "AZE", 2)).assign(other="x")
    before = frame.copy()
    found = Panel.of(frame)
    assert found.table["trade"].tolist() == [1, 2, 3]
    assert list(found.table.columns) == ["year", "exporter", "importer", "trade"]
    assert found.table["trade"].dtype == np.float64
    assert (found.years, found.countries, len(found)) == ((2005, 2015), ("AZE", "KAZ"), 3)
    pd.testing.assert_frame_equal(frame, before)


def test_a02_columns_that_are_not_there_are_told_with_the_nearest():
    frame = small((2005, "AZE", "KAZ", 1)).rename(columns={"exporter": "exporters", "trade": "value"})
    assert told(lambda: Panel.of(frame, ("dist",))) == [
        "column 'exporter' | found no such column | nearest: exporters, importer",
        "column 'trade' | found no such column | there are: exporters, importer, value, year",
        "column 'dist' | found no such column | there are: exporters, importer, value, year",
    ]


def test_a03_all_that_is_wrong_with_rows_is_told_at_once():
    frame = small(
        (2005, "AZE", "KAZ", 1), (2005, "AZE", "KAZ", 2), (2005, "KAZ", "AZE", -3), (2005, "AZE", "AZE", 1),
        (2005, "WLD", "AZE", 9), (2005, "AZE", "EUU", 9), (2005, "CA5", "AZE", 9), (2005, "KAZ", "QQQ", float("inf")),
    ).assign(dist=[1.0, 1.0, np.nan, 1.0, 1.0, 1.0, 1.0, 1.0])  # fmt: skip
    frame = frame.astype({"year": object})
    frame.loc[7, "year"] = None
    found = told(lambda: Panel.of(frame, ("dist",), codes=("AZE", "KAZ", "GEO")))
    sums = "leave sums of countries out: their members' trade would be counted twice"
    absent = "give a number, or leave the row out: what is missing is never zero"
    assert [tuple(problem.split(" | ")) for problem in found] == [
        ("row 8 (None KAZ > QQQ), year", "found nothing", "give the year as a whole number"),
        ("exporter 'CA5', row 7", "found the five countries of Central Asia, which is no country", sums),
        ("exporter 'WLD', row 5", "found the world, which is no country", sums),
        ("importer 'EUU', row 6", "found the European Union, which is no country", sums),
        ("importer 'QQQ', row 8", "found no code that is known", "there are: AZE, GEO, KAZ"),
        (
            "row 8 (None KAZ > QQQ), trade",
            "found inf",
            "give million USD; for none, give 0 if none was sold or leave the row out",
        ),
        ("row 3 (2005 KAZ > AZE), trade", "found -3.0", "trade is 0 or more"),
        ("row 3 (2005 KAZ > AZE), dist", "found nothing", absent),
        (
            "row 4 (2005 AZE > AZE), importer",
            "found AZE trading with itself",
            "leave it out, or say that trade at home is meant (home=True)",
        ),
        (
            "row 2 (2005 AZE > KAZ), year, exporter, importer",
            "found the dyad of row 1",
            "a dyad is there once a year: choose one figure, or add them up",
        ),
    ]


def test_a04_a_year_that_is_asked_for_and_not_there_is_told():
    found = told(lambda: Panel.of(small((2005, "AZE", "KAZ", 1)), years=(2005, 2006)))
    assert found == ["year 2006 | found no rows | give its trade, or do not ask for the year"]


@pytest.mark.parametrize(
    ("year", "trade", "exporter"),
    [("2005", "1.5", "AZE"), (2005.0, 1, "AZE")],
)
def test_a05_numbers_as_text_are_read(year: object, trade: object, exporter: str):
    frame = pd.DataFrame({"year": [year], "exporter": [exporter], "importer": ["KAZ"], "trade": [trade]})
    assert Panel.of(frame).years == (2005,)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("year", 2005.5, "row 1 (2005.5 AZE > KAZ), year | found 2005.5"),
        ("year", "MMV", "row 1 (MMV AZE > KAZ), year | found 'MMV'"),
        ("trade", "much", "row 1 (2005 AZE > KAZ), trade | found 'much'"),
        ("exporter", " AZE", "row 1 (2005  AZE > KAZ), exporter | found ' AZE'"),
        ("exporter", 31, "row 1 (2005 31 > KAZ), exporter | found 31"),
        ("importer", None, "row 1 (2005 AZE > None), importer | found nothing"),
    ],
)
def test_a06_a_bad_cell_is_told_with_its_row(column: str, value: object, said: str):
    frame = small((2005, "AZE", "KAZ", 1)).astype(object)
    frame[column] = [value]
    (problem,) = told(lambda: Panel.of(frame))
    assert problem.startswith(said)


def test_a07_of_many_rows_with_one_fault_the_first_are_told_and_the_rest_counted():
    frame = made().assign(trade=-1.0)
    found = told(lambda: panel(frame))
    assert len(found) == 26
    assert found[-1] == "trade | found 339 rows more with the same (negative) | trade is 0 or more"


def test_a08_what_is_odd_is_remarked():
    rows = [(2005, "AZE", "KAZ", 1), (2005, "KAZ", "AZE", 0), (2005, "GEO", "AZE", 0), (2005, "GEO", "KAZ", 0)]
    rows += [(2008, "AZE", "KAZ", 2), (2008, "KAZ", "AZE", 3)]
    found = {(r.kind, r.address): r.said for r in Panel.of(small(*rows)).remarks}
    assert found == {
        ("gap", "2006-2007"): "no rows between 2005 and 2008",
        ("zero", "trade"): "zero in 3 of 6 rows (50.0%): nothing sold, or nothing told; the table does not say which",
        ("no trade", "exporter GEO"): "sells nothing to any partner in any year",
        ("not there", "exporter GEO"): "has no rows in 2008",
    }
    holed = Panel.of(small((2005, "AZE", "KAZ", 1), (2005, "KAZ", "GEO", 1), (2005, "KAZ", "AZE", 1)))
    # AZE and KAZ sell; AZE, GEO and KAZ buy: six dyads less the two at home.
    assert [r.said for r in holed.remarks if r.kind == "hole"] == ["1 of 4 dyads have no row: absent, not zero"]


def test_a09_logarithms_of_what_is_above_zero():
    frame = small((2005, "AZE", "KAZ", 1), (2005, "KAZ", "AZE", 1)).assign(dist=[exp(2), exp(3)], duty=[0.0, 1.0])
    found = Panel.of(frame, ("dist", "duty"))
    assert found.with_logs("dist").table["log_dist"].tolist() == pytest.approx([2, 3])
    assert told(lambda: found.with_logs("duty", "gdp")) == [
        "column duty, 2005 AZE > KAZ (and 0 more) | found 0.0 | a logarithm wants more than 0",
        "column 'gdp' | found no such covariate | there are: dist, duty",
    ]


def test_a10_years_and_home_trade():
    found = panel(made(years=(2005, 2006, 2009)))
    assert found.between(2006, 2009).years == (2006, 2009)
    with pytest.raises(InputError, match="nothing is there from 2007 to 2008"):
        found.between(2007, 2008)
    assert len(Panel.of(small((2005, "AZE", "AZE", 1)), home=True)) == 1


# B. Coefficients that are known are found again.


def test_b01_without_noise_the_coefficients_come_back():
    frame = made()
    groups = Groups.of(frame, ("exporter-year", "importer-year"))
    effects = np.random.default_rng(3).normal(size=(2, 60))
    eta = (
        sum(TRUE[name] * frame[name] for name in TRUE) + effects[0][groups.codes[:, 0]] + effects[1][groups.codes[:, 1]]
    )
    found = fitted(FitGravity(panel(frame.assign(trade=np.exp(eta))), tuple(TRUE)))
    assert found.values == pytest.approx(list(TRUE.values()), rel=1e-9)
    assert found.fitted["fitted"].to_numpy() == pytest.approx(found.fitted["trade"].to_numpy(), rel=1e-8)
    assert len(found.dropped) == 0


@pytest.mark.thorough
@pytest.mark.parametrize("even", [True, False])
def test_b02_adjusted_intervals_of_95_percent_hold_the_truth_about_that_often(even: bool):
    seeds = range(80)
    held = {errors: dict.fromkeys(TRUE, 0) for errors in ("clustered", "adjusted")}
    for seed in seeds:
        for errors, of in held.items():
            for one in fitted(FitGravity(panel(made(seed, 20, even=even)), tuple(TRUE), errors=errors)).coefficients:
                of[one.name] += one.low <= TRUE[one.name] <= one.high
    for name in TRUE:
        assert held["adjusted"][name] >= 0.85 * len(seeds), held
        assert held["adjusted"][name] >= held["clustered"][name] >= 0.75 * len(seeds), held
    assert sum(held["clustered"].values()) < sum(held["adjusted"].values()) < 2 * len(seeds), held


@pytest.mark.parametrize(
    ("fixed", "cluster"),
    [
        (("exporter-year", "importer-year"), ("pair",)),
        (("exporter", "importer"), ("pair-either-way",)),
        (("exporter", "importer", "year"), ("exporter",)),
        ((), ("pair",)),
        (("exporter-year", "importer-year"), ()),
    ],
)
def test_b03_estimates_and_errors_are_those_of_statsmodels(fixed: tuple[str, ...], cluster: tuple[str, ...]):
    import statsmodels.api as sm

    of = panel(made(5, 8))
    found = fitted(FitGravity(of, tuple(TRUE), fixed, cluster))
    table = of.table.assign(
        **{"exporter-year": of.table["exporter"] + of.table["year"].astype(str)},
        **{"importer-year": of.table["importer"] + of.table["year"].astype(str)},
        both=[" ".join(sorted(pair)) for pair in zip(of.table["exporter"], of.table["importer"], strict=True)],
        pair=of.table["exporter"] + of.table["importer"],
    )
    dummies = [pd.get_dummies(table[kind], dtype=float) for kind in fixed]
    x = pd.concat([table[list(TRUE)], pd.Series(1.0, index=table.index), *dummies], axis=1).to_numpy()
    independent = [0]  # statsmodels refuses columns that hang on others
    for at in range(1, x.shape[1]):
        if np.linalg.matrix_rank(x[:, [*independent, at]]) > len(independent):
            independent.append(at)
    x = x[:, independent]
    keys = {"pair": "pair", "pair-either-way": "both", "exporter": "exporter"}
    clusters = {"groups": pd.factorize(table[keys[cluster[0]]])[0], "use_correction": False} if cluster else None
    model = sm.GLM(table["trade"].to_numpy() / 100, x, family=sm.families.Poisson())
    known = model.fit(tol=1e-13, maxiter=200, cov_type="cluster" if cluster else "HC0", cov_kwds=clusters)
    assert found.values == pytest.approx(known.params[:2], rel=1e-6)
    n = clusters["groups"].max() + 1 if clusters else np.inf
    errors = known.bse[:2] * (np.sqrt(n / (n - 1)) if clusters else 1)
    assert [of.error for of in found.coefficients] == pytest.approx(errors, rel=1e-6)
    assert found.fitted["fitted"].to_numpy() == pytest.approx(known.fittedvalues * 100, rel=1e-6)


def test_b04_two_kinds_of_clusters_are_the_sum_of_each_less_that_of_both():
    of = panel(made(6, 10))
    ask = FitGravity(of, tuple(TRUE), cluster=("exporter", "importer"))
    both, one, other, pair = (
        fitted(replace(ask, cluster=kinds)) for kinds in (ask.cluster, ("exporter",), ("importer",), ("pair",))
    )
    assert both.covariance == pytest.approx(one.covariance + other.covariance - pair.covariance, rel=1e-6)
    assert both.clusters == (10, 10)
    assert [r.kind for r in both.remarks] == ["few clusters", "few clusters"]


@given(unit=st.floats(1e-6, 1e9), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_b05_the_unit_of_trade_and_the_order_of_rows_do_not_matter(unit: float, seed: int):
    frame = made(seed, 8)
    assume(frame["contiguous"].any())
    ask = FitGravity(panel(frame), tuple(TRUE))
    here = fitted(ask)
    there = fitted(
        replace(ask, panel=panel(frame.assign(trade=frame["trade"] * unit).sample(frac=1, random_state=seed)))
    )
    assert there.values == pytest.approx(here.values, rel=1e-7, abs=1e-9)
    assert there.covariance == pytest.approx(here.covariance, rel=1e-6, abs=1e-12)
    assert there.fitted["fitted"].to_numpy() == pytest.approx(unit * here.fitted["fitted"].to_numpy(), rel=1e-6)


@given(seed=st.integers(0, 200), scale=st.floats(1e-6, 1e6))
@settings(max_examples=15, deadline=None)
def test_b06_fitted_trade_adds_up_by_group_and_a_regressor_may_be_in_any_unit(seed: int, scale: float):
    frame = made(seed, 8)
    assume(frame["contiguous"].any())  # of eight countries it may be that no two have a border
    found = fitted(FitGravity(panel(frame), tuple(TRUE)))
    for keys in (["exporter", "year"], ["importer", "year"]):
        sums = found.fitted.groupby(keys)[["trade", "fitted"]].sum()
        assert sums["fitted"].to_numpy() == pytest.approx(sums["trade"].to_numpy(), rel=1e-6)
    again = fitted(FitGravity(panel(frame.assign(log_dist=frame["log_dist"] * scale)), tuple(TRUE)))
    assert again.values * [scale, 1] == pytest.approx(found.values, rel=1e-6)


def test_b07_the_same_twice_to_the_bit():
    one, other = (fitted(FitGravity(panel(), tuple(TRUE))) for _ in range(2))
    assert one.values.tobytes() == other.values.tobytes()
    assert one.covariance.tobytes() == other.covariance.tobytes()
    pd.testing.assert_frame_equal(one.effects.table, other.effects.table)


def test_b08_pairs_take_up_all_that_stays_between_two_countries():
    frame = made(9, 16, (2001, 2002, 2003, 2004), even=True)
    joined = ((frame["exporter"] < "C08") == (frame["importer"] < "C08")) & (frame["year"] > 2002)
    frame = frame.assign(fta=joined.astype(float), trade=frame["trade"] * np.exp(0.4 * joined))
    ask = FitGravity(panel(frame, ("fta", "log_dist")), ("fta",), ("exporter-year", "importer-year", "pair"))
    found = fitted(ask)
    (fta,) = found.coefficients
    assert fta.low < 0.4 < fta.high
    assert fta.error < 0.15
    said = "found the same in all rows of each pair: its effect takes it up"
    assert told(lambda: fit(replace(ask, regressors=("fta", "log_dist")))) == [
        f"regressor 'log_dist' | {said} | {APART}"
    ]


def test_b09_adjusted_errors_are_wider_and_for_even_trade_near_the_others():
    for even, most in ((False, 2.0), (True, 1.25)):
        ask = FitGravity(panel(made(2, 16, even=even)), tuple(TRUE))
        plain, adjusted = fitted(ask), fitted(replace(ask, errors="adjusted"))
        assert adjusted.values.tobytes() == plain.values.tobytes()
        for one, other in zip(adjusted.coefficients, plain.coefficients, strict=True):
            assert 1 < one.error / other.error < most


def test_b10_adjusted_errors_are_those_of_the_formula_written_out():
    of = panel(made(4, 6))
    found = fitted(FitGravity(of, tuple(TRUE), errors="adjusted"))
    mu, y = (found.fitted[column].to_numpy() / 100 for column in ("fitted", "trade"))
    kinds = ("exporter-year", "importer-year")
    rows = found.fitted.merge(of.table, on=["year", "exporter", "importer", "trade"])
    z = np.column_stack([rows[list(TRUE)], Groups.of(rows, kinds).design(np.arange(len(rows))).toarray()])
    bread = np.linalg.pinv(z.T @ (mu[:, None] * z), hermitian=True)
    hat = np.sqrt(mu)[:, None] * z @ bread @ z.T * np.sqrt(mu)
    meat = np.zeros((z.shape[1], z.shape[1]))
    for at in rows.groupby(["exporter", "importer"]).indices.values():
        size, turn = np.linalg.eigh(np.eye(at.size) - hat[np.ix_(at, at)])
        score = z[at].T @ (np.sqrt(mu[at]) * (turn @ (size**-0.5 * (turn.T @ ((y - mu)[at] / np.sqrt(mu[at]))))))
        meat += np.outer(score, score)
    assert found.covariance == pytest.approx((bread @ meat @ bread)[:2, :2], rel=1e-6)


# C. What is left out, and said.


def test_c01_an_exporter_without_any_trade_is_left_out_row_by_row_and_foretold_as_zero():
    frame = made()
    frame.loc[frame["exporter"] == "C03", "trade"] = 0.0
    found = fitted(FitGravity(panel(frame), tuple(TRUE)))
    assert set(found.dropped["why"]) == {"no trade: exporter-year C03 2010", "no trade: exporter-year C03 2011"}
    assert len(found.dropped) == 26
    assert found.n + len(found.dropped) == len(frame)
    assert [str(r) for r in found.remarks] == [
        "no trade: exporter-year C03 2010 | 13 rows left out, 13 of them without trade",
        "no trade: exporter-year C03 2011 | 13 rows left out, 13 of them without trade",
    ]
    assert (found.predict(frame[frame["exporter"] == "C03"]).trade == 0).all()
    without = fitted(FitGravity(panel(frame[frame["exporter"] != "C03"]), tuple(TRUE)))
    assert found.values == pytest.approx(without.values, rel=1e-9)


def test_c02_a_group_of_one_row_is_left_out_and_does_not_move_the_estimates():
    frame = made()
    lone = pd.DataFrame(
        {
            "year": [2010],
            "exporter": ["LON"],
            "importer": ["C01"],
            "trade": [5.0],
            "log_dist": [7.0],
            "contiguous": [0.0],
        }
    )
    found = fitted(FitGravity(panel(pd.concat([frame, lone])), tuple(TRUE)))
    assert found.dropped[["exporter", "importer", "why"]].to_numpy().tolist() == [
        ["LON", "C01", "only row: exporter-year LON 2010"]
    ]
    assert found.values == pytest.approx(fitted(FitGravity(panel(frame), tuple(TRUE))).values, rel=1e-9)
    told_ = found.predict(lone)
    assert np.isnan(told_.trade[0])
    assert [str(r) for r in told_.remarks] == ["1 rows | exporter-year LON 2010 is not in the fit"]


def test_c03_a_regressor_that_is_there_only_without_trade_separates():
    frame = made(3)
    embargo = (frame["exporter"] == "C01") & (frame["importer"].isin(["C02", "C05"]))
    frame = frame.assign(embargo=embargo.astype(float), trade=frame["trade"].where(~embargo, 0.0))
    ask = FitGravity(panel(frame, (*TRUE, "embargo")), (*TRUE, "embargo"))
    said = "found the same in all 360 rows that can be used (0) and differs only in rows that were left out"
    assert told(lambda: fit(ask)) == [f"regressor 'embargo' | {said} | {APART}"]
    found = fitted(replace(ask, drop_collinear=True))
    assert found.names == tuple(TRUE)
    assert found.dropped[["exporter", "importer"]].drop_duplicates().to_numpy().tolist() == [
        ["C01", "C02"], ["C01", "C05"],
    ]  # fmt: skip
    assert set(found.dropped["why"]) == {"separated: the regressors and effects foretell the zero exactly"}
    assert [r.kind for r in found.remarks] == ["collinear", "dropped"]


def test_c04_separation_by_a_combination_of_regressors_is_found_too():
    """Two regressors that are both there with trade in equal parts; one alone only without (Correia et al. 2021)."""
    frame = made(3)
    r = np.random.default_rng(1)
    a = (r.random(len(frame)) < 0.3).astype(float)
    alone = (r.random(len(frame)) < 0.04) & (a == 1)
    frame = frame.assign(a=a, b=np.where(alone, 0.0, a), trade=np.where(alone, 0.0, frame["trade"] + 1.0))
    found = fitted(FitGravity(panel(frame, (*TRUE, "a", "b")), (*TRUE, "a", "b"), drop_collinear=True))
    assert len(found.dropped) == alone.sum()
    key = ["year", "exporter", "importer"]
    assert (
        found.dropped[key].sort_values(key).to_numpy().tolist()
        == frame[alone][key].sort_values(key).to_numpy().tolist()
    )
    assert found.names == (*TRUE, "a")


@pytest.mark.parametrize("seed", range(6))
def test_c05_zeros_that_nothing_foretells_are_kept(seed: int):
    frame = made(seed, 10)
    frame.loc[np.random.default_rng(seed).random(len(frame)) < 0.4, "trade"] = 0.0
    found = fitted(FitGravity(panel(frame), tuple(TRUE)))
    assert not found.dropped["why"].str.startswith("separated").any()


def test_c06_two_blocs_that_never_trade_one_way_are_separated_by_effects_alone():
    frame = made(8, 10, (2010,))
    first = frame["exporter"] < "C05"
    frame = frame[first | (frame["importer"] >= "C05")].copy()  # nothing is told of sales of the second to the first
    across = (frame["exporter"] < "C05") & (frame["importer"] >= "C05")
    frame["trade"] = np.where(across, 0.0, frame["trade"] + 0.5)
    found = fitted(FitGravity(panel(frame), tuple(TRUE), ("exporter", "importer")))
    assert len(found.dropped) == across.sum() == 25
    assert (
        found.effects.sum(frame[across].reset_index(drop=True))[1]
        == ["the fit knows its effects only apart from each other"] * 25
    )
    assert rank(Groups.of(found.fitted, ("exporter", "importer")), np.arange(found.n)) == 20 - 2


def test_c07_a_regressor_that_cannot_be_told_apart_is_refused_or_dropped_and_told():
    frame = made()
    frame = frame.assign(
        twice=2 * frame["log_dist"] - frame["contiguous"],
        size=frame["exporter"].str[1:].astype(float),
        both=frame["exporter"].str[1:].astype(float) * frame["importer"].str[1:].astype(float) ** 0
        + frame["importer"].str[1:].astype(float),
        same=4.0,
    )
    names = (*TRUE, "twice", "size", "both", "same")
    ask = FitGravity(panel(frame, names), names)
    said = [
        ("twice", "within the effects a combination of log_dist, contiguous"),
        ("size", "the same in all rows of each exporter-year: its effect takes it up"),
        ("both", "a combination of the effects exporter-year, importer-year"),
        ("same", f"the same in all {fitted(FitGravity(panel(), tuple(TRUE))).n} rows that can be used (4)"),
    ]
    assert told(lambda: fit(ask)) == [f"regressor '{name}' | found {why} | {APART}" for name, why in said]
    found = fitted(replace(ask, drop_collinear=True))
    assert found.names == tuple(TRUE)
    assert [(r.address, r.said) for r in found.remarks] == [
        (f"regressor {name}", f"left out: {why}") for name, why in said
    ]


def test_c08_a_request_that_cannot_be_met_is_told_whole():
    ask = FitGravity(panel(), ("log_dst", "contiguous", "contiguous"), ("exporter_year",), ("pair", "year", "exporter"))
    kinds = "constant, year, exporter, importer, exporter-year, importer-year, pair, pair-either-way"
    assert told(lambda: fit(replace(ask, level=95, rounds=0, errors="robust"))) == [
        "regressor 'log_dst' | found no covariate of the panel | there are: log_dist",
        f"fixed 'exporter_year' | found no such kind | there are: {kinds}",
        "regressors | found log_dst, contiguous, contiguous | name each once",
        "errors | found 'robust' | give one of: clustered, adjusted; adjusted ones want clusters",
        "cluster | found 3 kinds | errors hang together in two kinds at most",
        "level | found 95 | give a number between 0 and 1, such as 0.95",
        "rounds | found 0 | give 1 or more",
    ]
    assert told(lambda: fit(FitGravity(panel(), ()))) == [
        "regressors | found none | name one or more covariates of the panel"
    ]


def test_c09_too_few_rows_for_the_parameters():
    names = tuple("abcde")
    r = np.random.default_rng(0)
    frame = made(1, 4, (2010,)).assign(trade=lambda of: of["trade"] + 1, **{name: r.random(12) for name in names})
    ask = FitGravity(panel(frame, names), names)
    # Twelve dyads; four exporters and four importers are seven parameters.
    assert told(lambda: fit(ask))[0].startswith(
        "panel | found 12 rows that can be used for 12 parameters | give more rows"
    )
    assert fitted(replace(ask, regressors=("a",))).n == 12


def test_c10_no_trade_at_all_and_one_cluster():
    (said,) = told(lambda: fit(FitGravity(panel(made().assign(trade=0.0)), tuple(TRUE))))
    assert said.startswith("panel | found no row that can be used (364 no trade) | ")
    assert told(lambda: fit(FitGravity(panel(made(years=(2010,))), tuple(TRUE), cluster=("year",)))) == [
        "cluster year | found 1 cluster | errors want two or more; choose another kind"
    ]


def test_c11_not_converged_is_an_answer_of_its_own():
    found = fit(FitGravity(panel(), tuple(TRUE), rounds=2))
    assert isinstance(found, NotConverged)
    assert not found.converged
    assert found.said.startswith("stopped after 2 rounds with a first-order condition ")


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_c12_infinite_and_missing_regressors_are_refused(value: float):
    frame = made()
    frame.loc[7, "log_dist"] = value
    (said,) = told(lambda: panel(frame))
    assert said.startswith("row 8 (")
    assert ", log_dist | found " in said


# D. Prediction.


def test_d01_prediction_gives_the_fitted_values_again():
    of = panel(made(2))
    for fixed in (("exporter-year", "importer-year"), ("exporter", "importer"), ()):
        found = fitted(FitGravity(of, tuple(TRUE), fixed))
        again = found.predict(of.table)
        rows = of.table.assign(again=again.trade).merge(found.fitted, on=["year", "exporter", "importer"])
        assert rows["again"].to_numpy() == pytest.approx(rows["fitted"].to_numpy(), rel=1e-6)
        assert again.remarks == ()


def test_d02_a_change_of_a_regressor_moves_trade_by_its_coefficient():
    of = panel(made(2))
    found = fitted(FitGravity(of, tuple(TRUE)))
    nearer = found.predict(of.table.assign(log_dist=of.table["log_dist"] + log(0.9)))
    ratio = nearer.trade / found.predict(of.table).trade
    assert ratio == pytest.approx(0.9 ** found.coefficient("log_dist").value, rel=1e-9)


def test_d03_what_the_fit_does_not_know_is_missing_and_said():
    found = fitted(FitGravity(panel(), tuple(TRUE)))
    rows = made().head(2).assign(year=[2010, 2019], exporter=["C01", "ZZZ"], importer=["C02", "C02"])
    told_ = found.predict(rows)
    assert np.isfinite(told_.trade).tolist() == [True, False]
    assert told_.why == ("", "exporter-year ZZZ 2019 is not in the fit")
    assert told(lambda: found.predict(rows.drop(columns="log_dist"))) == [
        "column 'log_dist' | found no such column | a prediction wants every regressor of the fit"
    ]
    assert told(lambda: found.predict(rows.assign(log_dist=[1.0, np.nan]))) == [
        "column log_dist | found no finite number in 1 rows, the first is row 2 | give a number in every row"
    ]
    with pytest.raises(InputError, match=r"coefficient 'log_dst'.*try log_dist"):
        found.coefficient("log_dst")


# E. Diagnostics.


def test_e01_figures_of_the_fit_on_four_rows_by_hand():
    y, mu = np.array([0.0, 1.0, 2.0, 5.0]), np.array([1.0, 1.0, 2.0, 4.0])
    assert deviance(y, mu) == pytest.approx(2 * (1 + 0 + 0 + 5 * log(5 / 4) - 1))


def test_e02_the_figures_are_those_of_statsmodels():
    import statsmodels.api as sm

    of = panel(made(5, 8))
    found = fitted(FitGravity(of, tuple(TRUE), ()))
    known = sm.GLM(
        of.table["trade"].to_numpy(), sm.add_constant(of.table[list(TRUE)].to_numpy()), family=sm.families.Poisson()
    ).fit(tol=1e-12)
    said = diagnose(found)
    assert said.deviance == pytest.approx(known.deviance, rel=1e-9)
    assert said.explained == pytest.approx(1 - known.deviance / known.null_deviance, rel=1e-9)
    assert said.r2 == pytest.approx(np.corrcoef(known.fittedvalues, of.table["trade"])[0, 1] ** 2, rel=1e-9)
    assert said.zeros == (of.table["trade"] == 0).mean()


@pytest.mark.long
def test_e03_reset_is_quiet_where_the_form_is_right_and_speaks_where_it_is_wrong():
    right = [reset(fitted(FitGravity(panel(made(seed, 16, even=True)), tuple(TRUE)))).p for seed in range(20)]
    wrong = []
    for seed in range(20):
        frame = made(seed, 16, even=True)
        frame["trade"] *= np.exp((frame["log_dist"] - 8) ** 2)
        wrong.append(reset(fitted(FitGravity(panel(frame), tuple(TRUE)))).p)
    # At 0.1 of each, 7 or more of 20 come once in 400 times.
    assert sum(p < 0.05 for p in right) <= 6
    assert sum(p < 0.05 for p in wrong) >= 18


def test_e04_reset_has_nothing_to_say_where_effects_take_all_up():
    frame = made(1, 6).assign(trade=lambda of: of["trade"] + 1)
    found = fitted(FitGravity(panel(frame.assign(late=(frame["year"] == 2011) * 1.0), ("late",)), ("late",), ("pair",)))
    said = reset(found, (2, 3))
    assert said.freedom == 2 or np.isnan(said.p)
    with pytest.raises(InputError, match="whole numbers of 2 or more"):
        reset(found, (1,))


def test_e05_residuals_by_dyad_add_up_and_name_the_dyad_that_was_bent():
    frame = made(4, even=True)
    bent = (frame["exporter"] == "C04") & (frame["importer"] == "C09")
    frame.loc[bent, "trade"] *= 10
    assert (frame.loc[bent, "trade"] > 0).all()
    found = fitted(FitGravity(panel(frame), tuple(TRUE)))
    rows = residuals(found)
    assert rows["part"].sum() == pytest.approx(1)
    assert (rows["part"] >= 0).all()
    assert rows["missed"].sum() == pytest.approx(0, abs=1e-6 * frame["trade"].sum())
    above, below = furthest(found, 3)
    assert above.loc[0, ["exporter", "importer", "years"]].tolist() == ["C04", "C09", 2]
    assert (above["missed"] > 0).all()
    assert (below["missed"] < 0).all()
    assert len(below) == 3


# F. Later years.


def later(growth: float = 0.3) -> Panel:
    """Years 2001 to 2006 of trade that follows the sizes of both sides exactly."""
    frames = []
    for step, year in enumerate(range(2001, 2007)):
        of = made(7, 10, (year,), even=True)
        order = of["exporter"].str[1:].astype(int), of["importer"].str[1:].astype(int)
        of["log_gdp_o"], of["log_gdp_d"] = (growth * step * (1 + side % 3) + side / 10 for side in order)
        of["trade"] = np.exp(-0.9 * of["log_dist"] + 0.8 * of["log_gdp_o"] + 0.7 * of["log_gdp_d"] + order[0] / 20 + 9)
        frames.append(of)
    return Panel.of(pd.concat(frames), ("log_dist", "log_gdp_o", "log_gdp_d"))


@pytest.mark.parametrize("fixed", [("exporter", "importer"), ("pair",)])
def test_f01_trade_that_follows_the_model_is_foretold(fixed: tuple[str, ...]):
    of = later()
    names = ("log_dist", "log_gdp_o", "log_gdp_d") if fixed != ("pair",) else ("log_gdp_o", "log_gdp_d")
    said = forecast(fitted(FitGravity(of.between(2001, 2003), names, fixed)), of.between(2004, 2006))
    assert said.total.error() == pytest.approx(0, abs=1e-6)
    assert said.total.off[:2] == pytest.approx((0, 0), abs=1e-6)
    assert said.total.error("unchanged") < -0.3
    assert [miss.name for miss in said.by_year] == ["2004", "2005", "2006"]
    assert sum(miss.trade for miss in said.by_year) == pytest.approx(of.between(2004, 2006).trade.sum())
    assert said.r2 == pytest.approx(1)
    assert said.stands_on[0] == f"coefficients of {', '.join(names)} as fitted to 2001-2003 (3 years)"


def test_f02_the_error_of_a_forecast_is_said_as_it_is():
    of = later()
    broken = of.table.assign(trade=np.where(of.table["year"] > 2003, of.table["trade"] * 1.25, of.table["trade"]))
    of = Panel.of(broken, of.covariates)
    said = forecast(
        fitted(FitGravity(of.between(2001, 2003), ("log_gdp_o", "log_gdp_d"), ("pair",))), of.between(2004, 2006)
    )
    assert said.total.error() == pytest.approx(1 / 1.25 - 1, abs=1e-6)
    assert said.total.error("anchored") == pytest.approx(1 / 1.25 - 1, abs=1e-6)
    assert said.total.off[0] == pytest.approx(1 - 1 / 1.25, abs=1e-6)


def test_f03_effects_by_year_cannot_foretell_and_earlier_years_are_no_later_ones():
    of = later()
    found = fitted(FitGravity(of.between(2001, 2003), ("log_dist",)))
    remedy = "fit with those of exporter, importer or pair, and with log GDPs as regressors"
    assert told(lambda: forecast(found, of.between(2003, 2004))) == [
        f"fixed exporter-year | found effects by year, which a later year has none of | {remedy}",
        f"fixed importer-year | found effects by year, which a later year has none of | {remedy}",
        "years | found 2003 | give years after 2003, the last of the fit",
    ]


def test_f04_a_dyad_that_the_fit_has_never_seen_is_told_and_not_compared():
    of = later()
    first = of.where((of.table["exporter"] != "C05").to_numpy())
    found = fitted(FitGravity(first.between(2001, 2003), ("log_gdp_o", "log_gdp_d"), ("pair",)))
    said = forecast(found, of.between(2006, 2006))
    assert said.total.n == 81
    assert [(r.kind, r.address) for r in said.remarks if r.kind == "new dyad"] == [("new dyad", "9 rows")]
    assert said.table["forecast"].isna().sum() == 9


# G. Elasticities.

COST = Elasticity("cost", -5.0, -8.0, -3.0, "elasticity", ("F1",))
DAY = Elasticity("day", 0.8, 0.6, 2.1, "% of value/day", ("F2",))


def test_g01_a_tariff_of_a_tenth_that_goes():
    change = tariff_change(10, 0)
    assert change.value == change.low == change.high == 1 / 1.1
    assert change.percent == pytest.approx(-9.0909, abs=1e-4)
    after = answer(change, COST)
    assert (after.value, after.low, after.high) == pytest.approx((1.1**5, 1.1**3, 1.1**8))


def test_g02_ten_days_less():
    change = time_change(-10, DAY)
    assert (change.value, change.low, change.high) == pytest.approx((exp(-0.08), exp(-0.21), exp(-0.06)))
    assert time_change(10, DAY).value * change.value == pytest.approx(1)


def test_g03_a_cheaper_way_by_the_value_of_what_is_in_the_box():
    assert money_change(4000, 3000, 36000).value == pytest.approx(39000 / 40000)
    assert together([money_change(4000, 3000, 36000), tariff_change(10, 0)]).value == pytest.approx(0.975 / 1.1)


def test_g04_no_change_is_exactly_none():
    still = together([tariff_change(9.4, 9.4), time_change(0, DAY), money_change(1, 1, 10), together([])])
    for change in (still, answer(still, COST), agreement(Elasticity("fta", 2.0, 1.4, 2.2, "ratio"), 0)):
        assert (change.value, change.low, change.high) == (1.0, 1.0, 1.0)


def test_g05_an_agreement_in_part():
    fta = Elasticity("fta", 2.0, 1.44, 2.25, "ratio")
    half = agreement(fta, 0.5)
    assert (half.value, half.low, half.high) == pytest.approx((2**0.5, 1.2, 1.5))
    with pytest.raises(InputError, match="a share from 0 to 1"):
        agreement(fta, 1.5)


@given(
    days=st.floats(-30, 30), low=st.floats(0, 2), wide=st.floats(0, 2), at=st.floats(0, 1), low_e=st.floats(-9, -0.1),
    wide_e=st.floats(0, 9), at_e=st.floats(0, 1),
)  # fmt: skip
def test_g06_the_range_holds_every_answer_between_the_ends(
    days: float, low: float, wide: float, at: float, low_e: float, wide_e: float, at_e: float
):
    worth = Elasticity("day", low + at * wide, low, low + wide, "% of value/day")
    of = Elasticity("cost", low_e + at_e * wide_e, low_e, low_e + wide_e, "elasticity")
    found = answer(time_change(days, worth), of)
    assert found.low <= found.value <= found.high
    for rate in np.linspace(worth.low, worth.high, 4):
        for power in np.linspace(of.low, of.high, 4):
            one = exp(rate / 100 * days) ** power
            assert found.low * (1 - 1e-12) <= one <= found.high * (1 + 1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Elasticity("x", 1, 2, 3, "elasticity"), "low <= value <= high"),
        (lambda: Elasticity("x", float("nan"), 0, 3, "elasticity"), "finite"),
        (lambda: Elasticity("x", 1, -2, 3, "ratio"), "0 or more"),
        (lambda: Elasticity("x", 1, 1, 3, "percent"), "give one of"),
        (lambda: time_change(-10, COST), "'% of value/day' is wanted"),
        (lambda: time_change(float("inf"), DAY), "finite number"),
        (lambda: answer(tariff_change(1, 0), DAY), "'elasticity' is wanted"),
        (lambda: tariff_change(-1, 0), "0 or more"),
        (lambda: money_change(1, 1, 0), "more than 0 USD"),
        (lambda: pick({"cost": COST}, "costs"), "there are: cost"),
    ],
)
def test_g07_what_makes_no_sense_is_refused(call: Callable[[], object], said: str):
    with pytest.raises(InputError, match=said):
        call()


def test_g08_estimates_in_the_same_form():
    found = fitted(FitGravity(panel(), tuple(TRUE)))
    distance, border = (found.coefficient(name) for name in TRUE)
    assert elasticity_of(distance).low == distance.low
    assert ratio_of(border).value == exp(border.value)
    assert answer(tariff_change(10, 0), elasticity_of(distance)).value == pytest.approx(1.1**-distance.value)


def test_g09_the_published_ones_of_the_shipped_package_name_their_facts(shipped: Corridor):
    found = published(shipped)
    assert {"distance", "cost", "day", "agreement"} <= set(found)
    for of in found.values():
        assert of.facts
        assert all(fact in shipped.evidence.facts for fact in of.facts)
        assert of.low < of.high
    day = found["day"]
    assert (day.unit, day.low, day.high) == ("% of value/day", 0.6, 2.1)
    assert max(found["cost"].high, found["distance"].high) < 0
