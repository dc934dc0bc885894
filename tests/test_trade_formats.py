"""Files of trade: those of BACI, Gravity, Comtrade and WITS, and plain tables, read to the same totals or refused."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.formats.trade import cells as trade_cells
from karvan.formats.trade import rows as trade_rows
from karvan.formats.trade import source as trade_source
from karvan.formats.trade.any import read_trade, trade_kind
from karvan.formats.trade.baci import read_baci
from karvan.formats.trade.comtrade import read_comtrade
from karvan.formats.trade.country_codes import areas, code_of, find_area
from karvan.formats.trade.file import TOTAL, TradeFile
from karvan.formats.trade.gravity import read_gravity
from karvan.formats.trade.plain import read_trade_csv, unit_of
from karvan.formats.trade.wits import read_tariffs
from karvan.ground.errors import InputError

BACI = "BACI_HS92_Y2020_V202401.csv"
PLAIN = "year,exporter,importer,trade_musd\n"
COMTRADE = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,"
    "partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,cmdCode,cmdDesc,"
    "aggrLevel,customsCode,customsDesc,mosCode,motCode,motDesc,netWgt,isNetWgtEstimated,cifvalue,fobvalue,primaryValue,"
    "isReported,isAggregate\n"
)
OLD = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,"
    "Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,2nd Partner,2nd Partner ISO,"
    "Customs Proc. Code,Customs,Mode of Transport Code,Mode of Transport,Commodity Code,Commodity,Qty Unit Code,"
    "Qty Unit,Qty,Alt Qty Unit Code,Alt Qty Unit,Alt Qty,Netweight (kg),Gross weight (kg),Trade Value (US$),"
    "CIF Trade Value (US$),FOB Trade Value (US$),Flag\n"
)
WITS = (
    "Selected Nomen,Native Nomen,Reporter,Reporter Name,Product,Product Name,Partner,Partner Name,Tariff Year,"
    "Trade Year,Trade Source,DutyType,Simple Average,Weighted Average,Standard Deviation,Minimum Rate,Maximum Rate,"
    "Nbr of Total Lines,Imports Value in 1000 USD\n"
)
TRAINS = (
    "NomenCode,Reporter_ISO_N,Year,ProductCode,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,TotalNoOfLines,EstCode\n"
)
GRAVITY = (
    "year,country_id_o,country_id_d,iso3_o,iso3_d,country_exists_o,country_exists_d,dist,contig,gdp_o,gdp_d,fta_wto,"
    "tradeflow_comtrade_o,tradeflow_comtrade_d,tradeflow_baci\n"
)

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file: `put("a.csv", text)`."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def comtrade(
    reporter: str = "31,AZE,Azerbaijan", flow: str = "X,Export", partner: str = "156,CHN,China", second: str = "0",
    goods: str = "27", customs: str = "C00", transport: str = "0", kg: str = "2000000", usd: str = "5000000",
    year: int = 2023, period: str = "", frequency: str = "A", edition: str = "H6",
) -> str:  # fmt: skip
    """A row of Comtrade's present form."""
    return (
        f"C,{frequency},{year}0101,{year},52,{period or year},{reporter},{flow},{partner},{second},W00,World,{edition},"
        f'{goods},"Fuels, mineral",2,{customs},TOTAL,0,{transport},TOTAL,{kg},false,0,0,{usd},false,true\n'
    )


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """A table's rows, of these columns."""
    return list(frame[list(columns)].itertuples(index=False, name=None))


def flows(read: TradeFile) -> list[tuple[object, ...]]:
    """Year, exporter, importer and trade."""
    return rows_of(read.frame, "year", "exporter", "importer", "trade")


def kinds(read: TradeFile) -> list[str]:
    return sorted({remark.kind for remark in read.remarks})


def problems(read: Callable[[], object]) -> list[str]:
    """What is told of a file that is refused, a line each."""
    with pytest.raises(InputError) as found:
        read()
    return [str(problem) for problem in found.value.problems]


# A. Codes of countries


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AZE", "AZE"), ("az", "AZE"), ("31", "AZE"), ("031", "AZE"), (" Azerbaijan ", "AZE"), ("CHN", "CHN"),
        ("Türkiye", "TUR"), ("Turkey", "TUR"), ("turkiye", "TUR"), ("251", "FRA"), ("250", "FRA"), ("699", "IND"),
        ("842", "USA"), ("757", "CHE"), ("579", "NOR"), ("490", "TWN"), ("Other Asia, nes", "TWN"), ("ROM", "ROU"),
        ("XK", "XKX"), ("810", "SUN"), ("Côte d'Ivoire", "CIV"), ("UK", "GBR"), ("NA", "NAM"),
    ],
)  # fmt: skip
def test_a01_a_country_by_any_of_its_codes(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("WLD", "World", "group"), ("0", "World", "group"), ("W00", "World", "group"),
        ("EUU", "European Union", "group"), ("EUN", "European Union", "group"), ("97", "European Union", "group"),
        ("918", "European Union", "group"), ("CA5", "Central Asia (five countries)", "group"),
        ("837", "Bunkers", "rest"), ("Areas, nes", "Areas not specified", "rest"), ("838", "Free zones", "rest"),
    ],
)  # fmt: skip
def test_a02_groups_and_remainders_are_no_countries(text: str, name: str, kind: str) -> None:
    area = find_area(text)
    assert area is not None
    assert (area.name, area.kind, area.trades) == (name, kind, False)
    with pytest.raises(InputError, match="no country"):
        code_of(text)


def test_a03_an_unknown_code_has_the_nearest_ones_beside_it() -> None:
    assert find_area("AZR") is None
    with pytest.raises(InputError, match=r"found 'AZR' \| nearest is .*Azerbaijan \(AZE\)"):
        code_of("AZR")


def test_a04_every_code_and_name_is_one_area() -> None:
    table = areas()
    assert sum(area.kind == "country" for area in table) == 250  # the 249 of ISO 3166-1, and Kosovo
    assert len({area.code for area in table}) == len(table)
    for area in table:
        number = () if area.number is None else (str(area.number), f"{area.number:03d}")
        for text in (area.code, area.name, *number, *area.also, *((area.alpha2,) if area.alpha2 else ())):
            assert find_area(text) is area, text


# B. Plain tables


def test_b01_the_plainest_table(put: Put) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + "2015,AZE,CHN,2\n2015,CHN,AZE,3.5\n"))
    assert flows(read) == [(2015, "AZE", "CHN", 2.0), (2015, "CHN", "AZE", 3.5)]
    assert (read.unit, read.remarks, read.codes, len(read.aside)) == ("musd", (), ("AZE", "CHN"), 0)


@pytest.mark.parametrize(
    "heading",
    [
        "year,origin,destination,value", "Year,iso3_o,iso3_d,tradeflow", "t,i,j,v",
        "YEAR,Exporter ISO3,Importer ISO3,flow", "year,iso_o,iso_d,export_musd",
        "yr,exporter_code,importer_code,Trade Value", "year,from,to,trade (million US$)",
    ],
)  # fmt: skip
def test_b02_columns_by_their_usual_names(put: Put, heading: str) -> None:
    assert flows(read_trade_csv(put("t.csv", f"{heading}\n2015,AZE,CHN,2\n"))) == [(2015, "AZE", "CHN", 2.0)]


def test_b03_columns_by_names_that_are_given(put: Put) -> None:
    path = put("t.csv", "jahr,von,nach,wert,km\n2015,AZE,CHN,2,5870\n")
    columns = {"year": "jahr", "exporter": "von", "importer": "nach", "trade": "wert"}
    read = read_trade_csv(path, columns=columns, unit="musd")
    assert rows_of(read.frame, "exporter", "importer", "trade", "km") == [("AZE", "CHN", 2.0, 5870.0)]
    assert (read.covariates, read.remarks) == (("km",), ())


@pytest.mark.parametrize(
    ("column", "given", "unit", "musd"),
    [
        ("trade_usd", None, "usd", 2e-6), ("trade_kusd", None, "kusd", 2e-3), ("trade_usd_million", None, "musd", 2.0),
        ("value_busd", None, "busd", 2e3), ("trade", "kusd", "kusd", 2e-3), ("Trade Value (US$)", None, "usd", 2e-6),
        ("trade (1000 USD)", None, "kusd", 2e-3),
    ],
)  # fmt: skip
def test_b04_the_unit_is_read_or_given(put: Put, column: str, given: str | None, unit: str, musd: float) -> None:
    path = put("t.csv", f"year,exporter,importer,{column}\n2015,AZE,CHN,2\n")
    read = read_trade_csv(path, unit=given, columns={"trade": column})
    assert (read.unit, read.remarks) == (unit, ())
    assert read.frame["trade"].tolist() == pytest.approx([musd], rel=1e-15)


def test_b05_a_unit_that_nobody_says_is_remarked(put: Put) -> None:
    read = read_trade_csv(put("t.csv", "year,exporter,importer,trade\n2015,AZE,CHN,2\n"))
    assert (read.unit, kinds(read)) == ("musd", ["unit assumed"])


def test_b06_units_in_a_column_are_one(put: Put) -> None:
    text = "year,exporter,importer,trade,unit\n2015,AZE,CHN,2,thousand USD\n2015,CHN,AZE,3,1000 USD\n"
    read = read_trade_csv(put("t.csv", text))
    assert (read.unit, read.frame["trade"].tolist()) == ("kusd", pytest.approx([0.002, 0.003]))
    mixed = problems(lambda: read_trade_csv(put("m.csv", text.replace("1000 USD", "million USD"))))
    assert mixed == ["m.csv, unit | found kusd and musd | give all rows in one unit"]
    assert "found kusd and usd" in problems(lambda: read_trade_csv(put("n.csv", text), unit="usd"))[0]
    odd = problems(lambda: read_trade_csv(put("o.csv", text.replace("1000 USD", "manat"))))
    assert odd == ["o.csv, unit | found 'manat' | give one of usd, kusd, musd, busd"]


@pytest.mark.parametrize("word", ["trade", "manat", "EUR", "", "million"])
def test_b07_words_that_are_no_unit(word: str) -> None:
    assert unit_of(word) is None


def test_b08_further_columns_are_covariates_or_text(put: Put) -> None:
    text = "year,exporter,importer,trade_musd,dist,contig,region\n2015,AZE,CHN,2,5870.1,0,Asia\n2015,CHN,AZE,3,NA,1,\n"
    read = read_trade_csv(put("t.csv", text))
    assert read.covariates == ("dist", "contig")
    assert read.frame["dist"].isna().tolist() == [False, True]
    assert read.frame["region"].tolist() == ["Asia", ""]
    only = read_trade_csv(put("t.csv", text), covariates=["contig"])
    assert list(only.frame.columns) == ["year", "exporter", "importer", "trade", "contig"]


def test_b09_reporters_and_partners_with_a_direction(put: Put) -> None:
    text = "year,reporter_iso3,partner_iso3,flow,value_musd\n2015,AZE,CHN,export,2\n2015,AZE,CHN,import,3\n"
    read = read_trade_csv(put("t.csv", text + "2015,CHN,AZE,export,4\n"))
    assert rows_of(read.frame, "exporter", "importer", "reporter", "trade") == [
        ("AZE", "CHN", "AZE", 2.0), ("CHN", "AZE", "AZE", 3.0), ("CHN", "AZE", "CHN", 4.0),
    ]  # fmt: skip
    assert flows(read.seen_from("exporter")) == [(2015, "AZE", "CHN", 2.0), (2015, "CHN", "AZE", 4.0)]
    seen = read.seen_from("importer")
    assert flows(seen) == [(2015, "CHN", "AZE", 3.0)]
    assert seen.aside["why"].tolist() == ["not said by the importer"] * 2
    wrong = problems(lambda: read_trade_csv(put("w.csv", text + "2015,CHN,AZE,transit,4\n")))
    assert wrong == ["w.csv, row 4, flow | found 'transit' | give export or import"]


def test_b10_a_year_for_all_rows(put: Put) -> None:
    path = put("t.csv", "exporter,importer,trade_musd\nAZE,CHN,2\n")
    assert flows(read_trade_csv(path, year=2018)) == [(2018, "AZE", "CHN", 2.0)]
    assert problems(lambda: read_trade_csv(path))[0].startswith("t.csv, heading | found no column for year")


def test_b11_namibia_is_not_missing_among_codes_of_two_letters(put: Put) -> None:
    assert flows(read_trade_csv(put("t.csv", PLAIN + "2015,NA,CN,2\n2015,CN,NA,3\n"))) == [
        (2015, "CHN", "NAM", 3.0), (2015, "NAM", "CHN", 2.0),
    ]  # fmt: skip
    told = problems(lambda: read_trade_csv(put("u.csv", PLAIN + "2015,NA,CHN,2\n2015,AZE,CHN,3\n")))
    assert told[0].startswith("u.csv, row 2, exporter | found 'NA'")


# C. How files are written


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("bom.csv", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("wide.csv", lambda text: text.encode("utf-16")),
        ("crlf.csv", lambda text: text.replace("\n", "\r\n").encode()),
        ("semicolon.csv", lambda text: text.replace(",", ";").encode()),
        ("tab.tsv", lambda text: text.replace(",", "\t").encode()),
        ("excel.csv", lambda text: b"sep=,\n" + text.encode()),
        ("packed.csv.gz", lambda text: gzip.compress(text.encode())),
        ("trailing.csv", lambda text: text.replace("2\n", "2,\n").replace("5\n", "5,\n").encode()),
        ("blank lines.csv", lambda text: text.replace("\n", "\n\n").encode()),
        ("quoted.csv", lambda text: '"' + text.strip().replace(",", '","').replace("\n", '"\n"') + '"\n'),
        ("no newline.csv", lambda text: text.rstrip("\n").encode()),
    ],
)  # fmt: skip
def test_c01_encodings_separators_and_packing(put: Put, name: str, pack: Callable[[str], bytes]) -> None:
    if name == "blank lines.csv":
        text = PLAIN + "2015,AZE,CHN,2\n\n2015,CHN,AZE,3.5\n\n"
        read = read_trade_csv(put(name, text))
    else:
        read = read_trade_csv(put(name, pack(PLAIN + "2015,AZE,CHN,2\n2015,CHN,AZE,3.5\n")))
    assert flows(read) == [(2015, "AZE", "CHN", 2.0), (2015, "CHN", "AZE", 3.5)]
    assert read.remarks == ()


def test_c02_western_letters_of_old_files(put: Put) -> None:
    read = read_trade_csv(put("t.csv", (PLAIN + "2015,Côte d'Ivoire,Curaçao,2\n").encode("latin-1")))
    assert flows(read) == [(2015, "CIV", "CUW", 2.0)]


def test_c02b_western_letters_in_a_row_of_another_length(put: Put) -> None:
    told = problems(lambda: read_trade_csv(put("t.csv", (PLAIN + "2015,Curaçao,CHN,2,é,1\n").encode("latin-1"))))
    assert told[0] == "t.csv, row 2 | found 6 cells | give 4, as the heading has"


def test_c03_a_table_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("inside/trade.csv", PLAIN + "2015,AZE,CHN,2\n")
        archive.writestr("readme.md", "about")
    read = read_trade_csv(tmp_path / "t.zip")
    assert (read.source, flows(read)) == ("t.zip/inside/trade.csv", [(2015, "AZE", "CHN", 2.0)])
    with zipfile.ZipFile(tmp_path / "t.zip", "a") as archive:
        archive.writestr("more.csv", PLAIN)
    assert "found 2 tables" in problems(lambda: read_trade_csv(tmp_path / "t.zip"))[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.5e3", 1500.0), ("1E+3", 1000.0), (" 12 ", 12.0), ('"1,234,567.5"', 1234567.5), ("1 234", 1234.0),
        ("+7", 7.0), (".5", 0.5), ("5.", 5.0), ("0", 0.0), ("1'234.5", 1234.5),
    ],
)  # fmt: skip
def test_c04_numbers_as_they_are_written(put: Put, cell: str, value: float) -> None:
    assert read_trade_csv(put("t.csv", PLAIN + f"2015,AZE,CHN,{cell}\n")).frame["trade"].tolist() == [value]


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "..", "NaN", "null", ".", "-", "           NA"])
def test_c05_cells_without_a_value_are_missing_and_not_zero(put: Put, cell: str) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + f"2015,AZE,CHN,{cell}\n2015,CHN,AZE,3\n"))
    assert flows(read) == [(2015, "CHN", "AZE", 3.0)]
    assert rows_of(read.aside, "exporter", "importer", "why") == [("AZE", "CHN", "no figure")]
    assert kinds(read) == ["no figure"]


@pytest.mark.parametrize("cell", ["abc", "inf", "1,5", "1.234,5", "0x10", "12 USD", "--3", "1e999", "nanx", "1_000"])
def test_c06_numbers_that_are_none_are_told_with_their_row(put: Put, cell: str) -> None:
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN + f'2015,AZE,CHN,1\n2015,CHN,AZE,"{cell}"\n')))
    assert len(told) == 1
    assert told[0].startswith(f"t.csv, row 3, trade_musd | found '{cell}' | give a number")


def test_c07_a_comma_that_may_be_a_decimal_sign_is_refused(put: Put) -> None:
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN.replace(",", ";") + "2015;AZE;CHN;1,234\n")))
    assert told[0].startswith("t.csv, row 2, trade_musd | found '1,234' | give a number with a decimal point")


def test_c08_rows_are_counted_over_many_blocks_and_rows_left_out(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trade_cells, "BLOCK", 256)
    codes = [area.code for area in areas() if area.kind == "country"]
    lines = [f"2015,{one},{other},1" for one in codes[:30] for other in codes[30:60]]
    lines[500] = "2015,AZE,CHN"
    lines[600] = "2015,AZE,CHN,x"
    lines[700] = ""
    lines[800] = f"2015,QQQ,{codes[0]},1"
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN + "\n".join(lines) + "\n")))
    assert [line.split(" | ")[0] for line in told] == [
        "t.csv, row 502", "t.csv, row 602, trade_musd", "t.csv, row 802, exporter",
    ]  # fmt: skip


def test_c09_bounds(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put("t.csv", PLAIN + "2015,AZE,CHN,2\n2015,CHN,AZE,3\n")
    monkeypatch.setattr(trade_rows, "MOST_ROWS", 1)
    assert problems(lambda: read_trade_csv(path))[0].startswith("t.csv | found more than 1 rows")
    monkeypatch.setattr(trade_source, "LARGEST_TRADE_FILE", 20)
    assert problems(lambda: read_trade_csv(path))[0].startswith("t.csv | found more than 20 bytes")
    bomb = put("b.csv.gz", gzip.compress(PLAIN.encode() * 1000))
    assert problems(lambda: read_trade_csv(bomb))[0].startswith("b.csv.gz | found more than 20 bytes")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", b"", "heading | found nothing"),
        ("head.csv", PLAIN.encode(), "found no rows"),
        ("bytes.csv", b"\x00\x01\x02,\x00\n", "bytes that are no text"),
        ("twice.csv", b"year,exporter,importer,trade,Trade\n", "column 'trade' twice"),
        ("cut.csv.gz", gzip.compress(PLAIN.encode() * 50, mtime=0)[:-20], "cannot be read"),
        ("no.csv.gz", b"year,exporter", "cannot be read"),
        ("wide.csv", ",".join(f"c{n}" for n in range(3000)).encode(), "3,000 columns"),
        ("quote.csv", PLAIN.encode() + b'2015,"AZE,CHN,2\n', "cells"),
    ],
)
def test_c10_files_that_are_no_tables(put: Put, name: str, content: bytes, said: str) -> None:
    assert any(said in line for line in problems(lambda: read_trade_csv(put(name, content))))


def test_c11_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in problems(lambda: read_trade_csv(tmp_path / "none.csv"))[0]
    assert "no such table" in problems(lambda: read_trade_csv(tmp_path))[0]


# D. What is wrong with a plain table, and what is odd


def test_d01_columns_that_are_not_there(put: Put) -> None:
    told = problems(lambda: read_trade_csv(put("t.csv", "anno,expotrer,importer,trady\n2015,AZE,CHN,2\n")))
    assert told == [
        "t.csv, heading | found no column for year | call it year or yr or t; there is anno, expotrer, importer, trady",
        (
            "t.csv, heading | found no column for exporter | call it exporter or exporter_iso3 or exporter_code; "
            "there is expotrer, importer"
        ),
        "t.csv, heading | found no column for trade | call it trade or trade_musd or trade_kusd; there is trady",
    ]  # fmt: skip


def test_d02_names_that_are_given_and_are_not_there(put: Put) -> None:
    path = put("t.csv", PLAIN + "2015,AZE,CHN,2\n")
    told = problems(
        lambda: read_trade_csv(path, columns={"trade": "trade_mus", "who": "exporter"}, covariates=["dist"])
    )
    assert told[0] == "t.csv, heading | found no column 'trade_mus' | there is trade_musd"
    assert told[1].startswith("columns | found 'who' | give one of year, exporter")
    assert any(line.startswith("covariate 'dist' | found no such column") for line in told)
    assert problems(lambda: read_trade_csv(path, unit="manat"))[0].startswith("unit | found 'manat' | give one of usd")


def test_d03_everything_at_once(put: Put) -> None:
    text = "15,AZE,CHN,1\n2015,QQQ,CHN,1\n2015,AZE,GEO,-3\n2015,AZE,TUR,two\n2015.5,AZE,IRN,1\n2015,AZE,QQQ,1\n"
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN + text)))
    assert [line.rsplit(" | ", 1)[0] for line in told] == [
        "t.csv, row 2, year | found '15'",
        "t.csv, row 6, year | found '2015.5'",
        "t.csv, row 5, trade_musd | found 'two'",
        "t.csv, row 4, trade_musd | found '-3'",
        "t.csv, row 3, exporter | found 'QQQ'",
        "t.csv, row 7, importer | found 'QQQ'",
    ]


def test_d04_a_dyad_twice_names_both_rows(put: Put) -> None:
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN + "2015,AZE,CHN,2\n2015,CHN,AZE,1\n2015,AZ,156,3\n")))
    assert "\n".join(told) == (
        "t.csv, rows 2 and 4 | found 2015 AZE CHN twice: 2 and 3 million USD | keep one; if they are different goods, "
        "name the column that tells them apart as `goods`"
    )


def test_d05_groups_are_set_aside_by_name_and_never_added_up(put: Put) -> None:
    text = "2015,AZE,WLD,100\n2015,AZE,EUU,40\n2015,AZE,ITA,30\n2015,CA5,AZE,7\n2015,AZE,Bunkers,1\n"
    read = read_trade_csv(put("t.csv", PLAIN + text))
    assert flows(read) == [(2015, "AZE", "ITA", 30.0)]
    assert rows_of(read.aside, "exporter", "importer", "trade", "why") == [
        ("AZE", "WLD", 100.0, "importer is World (WLD), a group of countries"),
        ("AZE", "EUN", 40.0, "importer is European Union (EUN), a group of countries"),
        ("CA5", "AZE", 7.0, "exporter is Central Asia (five countries) (CA5), a group of countries"),
        ("AZE", "_B", 1.0, "importer is Bunkers (_B), no country"),
    ]
    said = "\n".join(str(remark) for remark in read.remarks)
    for name in ("World (WLD)", "European Union (EUN)", "Central Asia (five countries) (CA5)", "Bunkers (_B)"):
        assert name in said
    assert "1 row, 100 million USD" in said


def test_d06_zeros_are_kept_and_remarked(put: Put) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + "2015,AZE,CHN,0\n2015,CHN,AZE,3\n"))
    assert flows(read)[0] == (2015, "AZE", "CHN", 0.0)
    assert [remark.said[:24] for remark in read.remarks] == ["1 row of zero trade: kep"]


def test_d07_years_missing_in_a_range_are_remarked(put: Put) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + "2010,AZE,CHN,1\n2013,AZE,CHN,1\n"))
    assert [str(remark) for remark in read.remarks] == ["t.csv: 2010 to 2013, without 2011, 2012"]


def test_d08_home_sales_of_a_country_are_kept_and_remarked(put: Put) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + "2015,AZE,AZE,50\n"))
    assert (flows(read), kinds(read)) == ([(2015, "AZE", "AZE", 50.0)], ["own trade"])


def test_d09_former_countries_are_kept_and_remarked(put: Put) -> None:
    read = read_trade_csv(put("t.csv", PLAIN + "1985,SUN,CHN,5\n"))
    assert (flows(read), kinds(read)) == ([(1985, "SUN", "CHN", 5.0)], ["former country"])


def test_d10_invented_countries_on_demand(put: Put) -> None:
    path = put("t.csv", PLAIN + "1,C01,C02,5\n".replace("1,", "2001,", 1))
    assert "found 'C01'" in problems(lambda: read_trade_csv(path))[0]
    assert flows(read_trade_csv(path, codes="any")) == [(2001, "C01", "C02", 5.0)]


def test_d11_a_covariate_with_a_slip_is_told_and_text_is_not(put: Put) -> None:
    text = PLAIN.replace("\n", ",dist,region\n") + "2015,AZE,CHN,1,5870,east\n2015,CHN,AZE,1,587O,west\n"
    assert problems(lambda: read_trade_csv(put("t.csv", text)))[0].startswith("t.csv, row 3, dist | found '587O'")
    assert problems(lambda: read_trade_csv(put("t.csv", text), covariates=["region"]))[0].startswith(
        "t.csv, row 2, region | found 'east'"
    )


def test_d12_of_problems_alike_the_first_are_told_and_the_rest_counted(put: Put) -> None:
    codes = [area.code for area in areas() if area.kind == "country"][:25]
    lines = "".join(f"2015,{code},CHN,x\n" for code in codes)
    told = problems(lambda: read_trade_csv(put("t.csv", PLAIN + lines)))
    assert len(told) == 11
    assert told[-1].startswith("15 more like it, the last at t.csv, row 26")


# E. Goods


def test_e01_a_total_is_not_added_to_what_it_holds(put: Put) -> None:
    text = "year,exporter,importer,hs,trade_musd\n"
    text += "2015,AZE,CHN,TOTAL,10\n2015,AZE,CHN,27,8\n2015,AZE,CHN,2709,7\n2015,AZE,CHN,270900,7\n2015,AZE,CHN,08,1\n"
    text += "2015,AZE,GEO,27,3\n2015,AZE,GEO,2709,2\n2015,AZE,GEO,7108,1\n"
    read = read_trade_csv(put("t.csv", text))
    assert rows_of(read.total(), "importer", "trade") == [("CHN", 10.0), ("GEO", 4.0)]
    assert rows_of(read.by_goods(2), "importer", "goods", "trade") == [
        ("CHN", "08", 1.0), ("CHN", "27", 8.0), ("GEO", "27", 3.0), ("GEO", "71", 1.0),
    ]  # fmt: skip
    assert rows_of(read.by_goods(4), "importer", "goods", "trade") == [
        ("CHN", "2709", 7.0), ("GEO", "2709", 2.0), ("GEO", "7108", 1.0),
    ]  # fmt: skip


def test_e02_sectors_are_not_nested(put: Put) -> None:
    text = "year,exporter,importer,sector,trade_musd\n2015,AZE,CHN,1,10\n2015,AZE,CHN,10,8\n2015,AZE,CHN,11,1\n"
    read = read_trade_csv(put("t.csv", text))
    assert read.total()["trade"].tolist() == [19.0]
    assert problems(read.by_goods) == ["goods | found goods of no known classification | give a file by goods of HS"]


def test_e03_the_same_goods_twice(put: Put) -> None:
    text = "year,exporter,importer,hs,trade_musd\n2015,AZE,CHN,27,10\n2015,AZE,CHN,27,8\n"
    assert problems(lambda: read_trade_csv(put("t.csv", text))) == [
        "t.csv, rows 2 and 3 | found 2015 AZE CHN 27 twice: 10 and 8 million USD | keep one"
    ]


def test_e04_a_covariate_that_differs_between_goods_is_not_summed(put: Put) -> None:
    text = "year,exporter,importer,hs,trade_musd,tax\n2015,AZE,CHN,27,10,5\n2015,AZE,CHN,28,8,6\n"
    read = read_trade_csv(put("t.csv", text))
    assert problems(read.total)[0].startswith("tax | found several values in one flow")
    same = read_trade_csv(put("t.csv", text.replace(",6", ",5")))
    assert rows_of(same.total(), "trade", "tax") == [(18.0, 5.0)]


# F. BACI


def test_f01_thousands_and_tonnes_summed_by_chapters(put: Put) -> None:
    text = "t,i,j,k,v,q\n2020,31,156,270900,1000.5,          NA\n2020,31,156,271011,500,20\n2020,31,490,10190,2,NA\n"
    read = read_baci(put(BACI, text))
    assert rows_of(read.frame, "year", "exporter", "importer", "goods") == [
        (2020, "AZE", "CHN", "27"), (2020, "AZE", "TWN", "01"),
    ]  # fmt: skip
    assert read.frame["trade"].tolist() == pytest.approx([1.5005, 0.002])
    assert read.frame["tonnes"].tolist() == pytest.approx([20.0, float("nan")], nan_ok=True)
    assert read.frame["weighed"].tolist() == pytest.approx([0.5, 0.0])
    assert (read.unit, read.classification, read.remarks) == ("kusd", "HS", ())


@pytest.mark.parametrize("goods", [0, 2, 4, 6])
def test_f02_by_any_number_of_digits_the_totals_are_the_same(put: Put, goods: int) -> None:
    text = "t,i,j,k,v,q\n2020,31,156,270900,1000.5,3\n2020,31,156,270911,500,20\n2020,31,156,010190,2,1\n"
    read = read_baci(put(BACI, text), goods=goods)  # type: ignore[arg-type]
    assert len(read.frame) == {0: 1, 2: 2, 4: 2, 6: 3}[goods]
    total = read.total()
    assert total["trade"].tolist() == pytest.approx([1.5025])
    assert total["tonnes"].tolist() == [24.0]
    assert list(total.columns) == ["year", "exporter", "importer", "trade", "tonnes", "weighed"]


@pytest.mark.parametrize(
    "heading",
    [
        "country_code,country_name,country_iso2,country_iso3",
        "country_code,country_name_abbreviation,country_name_full,iso_2digit_alpha,iso_3digit_alpha",
    ],
)
def test_f03_a_release_with_its_table_of_codes(tmp_path: Path, heading: str) -> None:
    more = ",x" * (heading.count(",") - 3)
    codes = f"{heading}\n31,Azerbaijan{more},AZ,AZE\n156,China{more},CN,CHN\n"
    codes += f"998,Côte d'Ivoire{more},CI,CIV\n490,Other Asia{more},N/A,S19\n"
    with zipfile.ZipFile(tmp_path / "BACI_HS92_V202401.zip", "w") as archive:
        archive.writestr(
            "BACI_HS92_Y2020_V202401.csv", "t,i,j,k,v,q\n2020,31,156,270900,1000,1\n2020,998,490,10190,2000,1\n"
        )
        archive.writestr("BACI_HS92_Y2021_V202401.csv", "t,i,j,k,v,q\n2021,31,156,270900,3000,1\n")
        archive.writestr("BACI_HS92_Y2023_V202401.csv", "t,i,j,k,v,q\n2023,31,156,270900,4000,1\n")
        archive.writestr("country_codes_V202401.csv", codes.encode("latin-1"))
        archive.writestr("product_codes_HS92_V202401.csv", "code,description\n")
    read = read_baci(tmp_path / "BACI_HS92_V202401.zip", goods=0)
    assert flows(read) == [
        (2020, "AZE", "CHN", 1.0), (2020, "CIV", "TWN", 2.0), (2021, "AZE", "CHN", 3.0), (2023, "AZE", "CHN", 4.0),
    ]  # fmt: skip
    assert kinds(read) == ["years missing"]
    assert flows(read_baci(tmp_path / "BACI_HS92_V202401.zip", goods=0, years=[2021])) == [(2021, "AZE", "CHN", 3.0)]
    assert "no file of these years" in problems(lambda: read_baci(tmp_path / "BACI_HS92_V202401.zip", years=[1990]))[0]


def test_f04_bad_rows(put: Put) -> None:
    text = "t,i,j,k,v,q\n2020,31,156,270900,1,1\n2020,31,156,270900,2,1\n2020,31,9999,270900,2,1\n2020,31,997,1,2,1\n"
    text += "2020,31,156,HS27,2,1\n2020,31,156,280000,-1,1\n2020,31,156,290000,,1\n20,31,156,300000,1,1\n"
    told = problems(lambda: read_baci(put(BACI, text)))
    assert [line.rsplit(" | ", 1)[0].removeprefix(f"{BACI}, ") for line in told] == [
        "row 9, t | found '20'", "row 4, j | found '9999'", "row 6, k | found 'HS27'", "row 7, v | found '-1'",
        "row 8, v | found nothing", "rows 2 and 3 | found 2020 31 156 270900 twice", "row 5, j | found '997'",
    ]  # fmt: skip


def test_f05_columns_that_are_not_there(put: Put) -> None:
    told = problems(lambda: read_baci(put(BACI, "t,i,j,hs6,v,q\n2020,31,156,1,1,1\n")))
    assert told == [f"{BACI}, heading | found no column for k | call it k; there is t, i, j, hs6, v, q"]


def test_f06_two_numbers_of_one_country_are_added_up(put: Put) -> None:
    text = "t,i,j,k,v,q\n2011,156,729,270900,1000,1\n2011,156,736,270900,2000,NA\n"
    read = read_baci(put("BACI_HS92_Y2011_V202401.csv", text))
    assert rows_of(read.frame, "importer", "trade", "tonnes", "weighed") == [("SDN", 3.0, 1.0, 1.0)]


def test_f07_two_editions_of_a_year_are_the_same_trade(put: Put, tmp_path: Path) -> None:
    for edition in ("HS92", "HS17"):
        put(f"BACI_{edition}_Y2020_V202401.csv", "t,i,j,k,v,q\n2020,31,156,270900,1000,1\n")
    assert "which BACI_HS17_Y2020_V202401.csv has too" in problems(lambda: read_baci(tmp_path))[0]


def test_f08_rows_in_no_order_over_many_blocks(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trade_cells, "BLOCK", 512)
    lines = [f"2020,31,{156 if n % 2 else 268},{(n * 7919) % 970000:06d},{n},{n}" for n in range(1, 1001)]
    read = read_baci(put(BACI, "t,i,j,k,v,q\n" + "\n".join(lines) + "\n"), goods=0)
    assert read.frame["trade"].tolist() == pytest.approx([250.0, 250.5])
    assert read.frame["importer"].tolist() == ["CHN", "GEO"]
    told = problems(lambda: read_baci(put(BACI, "t,i,j,k,v,q\n" + "\n".join([*lines, lines[3]]) + "\n")))
    assert told[0].startswith(f"{BACI}, rows 5 and 1002 | found 2020 31 268 031676 twice")


# G. Gravity


def gravity(year: int, one: str, other: str, flow: str, exists: str = "1,1", told: str = ",") -> str:
    """A row of Gravity."""
    return f"{year},{one},{other},{one[:3]},{other[:3]},{exists},5520.2,0,75000000,1.8e10,0,{told},{flow}\n"


def test_g01_thousands_of_dollars_and_countries_that_exist(put: Put) -> None:
    text = GRAVITY + gravity(2015, "AZE", "CHN", "432000") + gravity(2015, "DEU.1", "CHN", "7", "0,1")
    text += gravity(2015, "DEU.2", "CHN", "9000") + gravity(2015, "CHN", "AZE", "NA") + gravity(2015, "CHN", "CHN", "")
    read = read_gravity(put("Gravity_V202211.csv", text))
    assert flows(read) == [(2015, "AZE", "CHN", 432.0), (2015, "DEU", "CHN", 9.0)]
    assert rows_of(read.frame, "dist", "contig", "gdp_o_musd", "gdp_d_musd", "fta_wto")[0] == (
        5520.2, 0.0, 75000.0, 1.8e7, 0.0,
    )  # fmt: skip
    assert read.covariates == ("dist", "contig", "gdp_o_musd", "gdp_d_musd", "fta_wto")
    said = {remark.kind: remark.said for remark in read.remarks}
    assert said["no country"].startswith("1 row of years")
    assert said["no figure"].startswith("2 rows without")
    assert said["flow"].startswith("trade is tradeflow_baci; there is tradeflow_baci, tradeflow_comtrade_d")


def test_g02_the_figure_the_years_and_the_covariates_can_be_chosen(put: Put) -> None:
    text = GRAVITY + gravity(2014, "AZE", "CHN", "1", told="2000,3000") + gravity(2015, "AZE", "CHN", "2", told="4000,")
    path = put("Gravity_V202211.csv", text)
    read = read_gravity(path, flow="tradeflow_comtrade_o", years=[2014], covariates=["contig"])
    assert rows_of(read.frame, "year", "trade", "contig") == [(2014, 2.0, 0.0)]
    told = problems(lambda: read_gravity(path, flow="tradeflow_imf_o", covariates=["distance"]))
    assert "found no column for trade" in told[0]
    assert "found no column 'distance' | there is dist" in told[1]
    assert (
        "no figure in these years" in problems(lambda: read_gravity(path, flow="tradeflow_comtrade_d", years=[2015]))[0]
    )


def test_g03_bad_rows(put: Put) -> None:
    text = (
        GRAVITY + gravity(2015, "AZE", "CHN", "1") + gravity(2015, "AZE", "CHN", "2") + gravity(2015, "QQQ", "CHN", "2")
    )
    told = problems(lambda: read_gravity(put("Gravity_V202211.csv", text)))
    assert told[0].startswith("Gravity_V202211.csv, row 4, iso3_o | found 'QQQ'")
    told = problems(lambda: read_gravity(put("Gravity_V202211.csv", text.replace("QQQ", "GEO"))))
    assert told[0].startswith("Gravity_V202211.csv, rows 2 and 3 | found 2015 AZE CHN twice")


# H. Comtrade


def test_h01_the_present_form(put: Put) -> None:
    read = read_comtrade(put("TradeData.csv", COMTRADE + comtrade()))
    assert rows_of(read.frame, "year", "exporter", "importer", "reporter", "goods", "trade", "tonnes") == [
        (2023, "AZE", "CHN", "AZE", "27", 5.0, 2000.0)
    ]
    assert (read.unit, read.classification, kinds(read)) == ("usd", "HS", ["valuation"])


def test_h02_the_old_form(put: Put) -> None:
    row = 'H4,2016,2016,2016,2,0,{0},{1},{2},{3},,,,,,,,{4},"Fuels, mineral",1,No Quantity,,,,,{5},,{6},,,0\n'
    text = OLD + row.format(2, "Export", "31,Azerbaijan,AZE", "156,China,CHN", "27", "1000", "2000000")
    text += row.format(1, "Import", "31,Azerbaijan,AZE", '490,"Other Asia, nes",', "TOTAL", "", "3000000")
    text += row.format(3, "Re-Export", "31,Azerbaijan,AZE", "156,China,CHN", "27", "", "1000000")
    read = read_comtrade(put("comtrade.csv", text))
    assert rows_of(read.frame, "exporter", "importer", "reporter", "goods", "trade") == [
        ("AZE", "CHN", "AZE", "27", 2.0), ("TWN", "AZE", "AZE", TOTAL, 3.0),
    ]  # fmt: skip
    assert rows_of(read.aside, "exporter", "why") == [("AZE", "re-exports, which exports hold")]


def test_h03_two_sides_of_the_same_trade_stand_apart(put: Put) -> None:
    text = COMTRADE + comtrade() + comtrade("156,CHN,China", "M,Import", "31,AZE,Azerbaijan", usd="6500000")
    read = read_comtrade(put("t.csv", text))
    assert rows_of(read.total(), "exporter", "importer", "reporter", "trade") == [
        ("AZE", "CHN", "AZE", 5.0), ("AZE", "CHN", "CHN", 6.5),
    ]  # fmt: skip
    assert flows(read.seen_from("importer")) == [(2023, "AZE", "CHN", 6.5)]


def test_h04_the_whole_is_taken_and_its_parts_are_set_aside(put: Put) -> None:
    text = COMTRADE + comtrade() + comtrade(transport="2100", usd="3000000") + comtrade(transport="3200", usd="2000000")
    text += comtrade(customs="C01") + comtrade(second="398", usd="1000000")
    read = read_comtrade(put("t.csv", text))
    assert flows(read) == [(2023, "AZE", "CHN", 5.0)]
    assert len(read.aside) == 4
    assert any(remark.said.startswith("4 rows by transport") for remark in read.remarks)


def test_h05_parts_without_the_whole_are_refused(put: Put) -> None:
    text = COMTRADE + comtrade(transport="2100") + comtrade(transport="3200")
    told = problems(lambda: read_comtrade(put("t.csv", text)))
    assert len(told) == 1
    assert told[0].startswith("t.csv, row 2 | found a part by transport")
    assert "motCode=0, customsCode=C00" in told[0]


def test_h06_the_world_and_the_union_are_set_aside(put: Put) -> None:
    text = COMTRADE + comtrade() + comtrade(partner="0,W00,World", goods="TOTAL") + comtrade(partner="97,EUR,EU-28")
    text += comtrade(partner='568,E29,"Other Europe, nes"') + comtrade(partner='492,_E1,"Europe EU, nes"')
    text += comtrade(partner="31,AZE,Azerbaijan")
    read = read_comtrade(put("t.csv", text))
    assert flows(read) == [(2023, "AZE", "CHN", 5.0)]
    assert rows_of(read.aside, "importer", "why") == [
        ("WLD", "importer is World (WLD), a group of countries"),
        ("EUN", "importer is European Union (EUN), a group of countries"),
        ("_EUR", "importer is Other Europe not specified (_EUR), no country"),
        ("_EUN", "importer is European Union not specified (_EUN), no country"),
        ("AZE", "a country with itself"),
    ]


def test_h07_the_export_with_a_comma_too_much_and_western_letters(put: Put) -> None:
    row = comtrade(partner="384,CIV,Côte d'Ivoire")
    text = (COMTRADE + row).replace("true\n", "true,\n")
    assert flows(read_comtrade(put("t.csv", text.encode("latin-1")))) == [(2023, "AZE", "CIV", 5.0)]


def test_h08_two_classifications_are_the_same_trade(put: Put) -> None:
    told = problems(lambda: read_comtrade(put("t.csv", COMTRADE + comtrade() + comtrade(goods="3", edition="S4"))))
    assert told == [
        "t.csv, classification | found HS and SITC | give goods of one classification: they are the same trade"
    ]
    read = read_comtrade(put("t.csv", COMTRADE + comtrade() + comtrade(year=2022, edition="H5")))
    assert "editions" in kinds(read)
    standard = read_comtrade(
        put("s.csv", COMTRADE + comtrade(goods="3", edition="S4") + comtrade(goods="33", edition="S4"))
    )
    assert (standard.classification, standard.total()["trade"].tolist()) == ("SITC", [5.0])


def test_h09_months_are_kept_and_a_year_that_lacks_some_is_told(put: Put) -> None:
    months = "".join(comtrade(period=f"2023{month:02d}", frequency="M", usd="1000000") for month in range(1, 12))
    read = read_comtrade(put("t.csv", COMTRADE + months))
    assert read.frame["month"].tolist() == list(range(1, 12))
    assert read.total()["trade"].tolist() == [11.0]
    assert [remark.said for remark in read.remarks if remark.kind == "months missing"] == [
        "not whole: 2023 (11 months)"
    ]
    assert "months and whole years" in problems(lambda: read_comtrade(put("u.csv", COMTRADE + months + comtrade())))[0]


def test_h10_trade_that_weighs_nothing_is_not_weighed(put: Put) -> None:
    read = read_comtrade(put("t.csv", COMTRADE + comtrade(kg="0") + comtrade(goods="08", kg="")))
    assert read.frame["tonnes"].isna().all()
    assert read.frame["weighed"].tolist() == [0.0, 0.0]
    assert "no weight" in kinds(read)


def test_h11_bad_rows(put: Put) -> None:
    text = COMTRADE + comtrade() + comtrade() + comtrade(flow="Q,Query", goods="TX") + comtrade(usd="-5")
    told = problems(lambda: read_comtrade(put("t.csv", text)))
    assert [line.rsplit(" | ", 1)[0] for line in told] == [
        "t.csv, row 4, flowCode | found 'Q'", "t.csv, row 5, primaryValue | found '-5'",
        "t.csv, row 4, cmdCode | found 'TX'",
    ]  # fmt: skip
    twice = problems(lambda: read_comtrade(put("t.csv", COMTRADE + comtrade() + comtrade())))
    assert twice[0].startswith("t.csv, rows 2 and 3 | found 2023 AZE CHN AZE 27 twice: 5 and 5 million USD")
    told = problems(lambda: read_comtrade(put("t.csv", "refYear,reporterISO,cmdCode\n2023,AZE,27\n")))
    assert [line.split(" | ")[1] for line in told] == [
        "found no column for flow", "found no column for value", "found no column for partner",
    ]  # fmt: skip


def test_h12_files_of_a_folder_are_one(put: Put, tmp_path: Path) -> None:
    put("a.csv", COMTRADE + comtrade())
    put("b.csv", COMTRADE + comtrade(year=2022, usd="1000000"))
    assert flows(read_comtrade(tmp_path)) == [(2022, "AZE", "CHN", 1.0), (2023, "AZE", "CHN", 5.0)]
    put("c.csv", COMTRADE + comtrade())
    assert problems(lambda: read_comtrade(tmp_path))[0].startswith("a.csv, row 2 and c.csv, row 2 | found 2023 AZE CHN")


# I. Tariffs


def wits(goods: str, partner: str, simple: str, weighted: str = "", imports: str = "", duty: str = "MFN") -> str:
    """A row of a query of WITS."""
    return f"H6,H6,31,Azerbaijan,{goods},x,{partner},2022,2022,CMT,{duty},{simple},{weighted},0,0,15,12,{imports}\n"


def test_i01_a_query(put: Put) -> None:
    text = WITS + wits("Total", "000,World", "9.1", "5.6", '"1,234,567.8"') + wits("10190", "156,China", "15")
    read = read_tariffs(put("t.csv", text))
    assert rows_of(read.frame, "year", "importer", "exporter", "duty", "goods", "simple_pct") == [
        (2022, "AZE", "CHN", "MFN", "010190", 15.0), (2022, "AZE", "WLD", "MFN", TOTAL, 9.1),
    ]  # fmt: skip
    assert read.frame["imports_musd"].tolist() == pytest.approx([float("nan"), 1234.5678], nan_ok=True)
    assert rows_of(read.by_dyad(), "exporter", "importer", "tariff_pct") == [("WLD", "AZE", 5.6)]


def test_i02_means_where_there_is_no_row_of_all_goods(put: Put) -> None:
    text = WITS + wits("01", "156,China", "15", imports="100") + wits("27", "156,China", "5", imports="300")
    text += wits("28", "156,China", "40")
    read = read_tariffs(put("t.csv", text))
    assert read.by_dyad()["tariff_pct"].tolist() == pytest.approx([(15 * 100 + 5 * 300) / 400])
    assert read.by_dyad("simple")["tariff_pct"].tolist() == pytest.approx([20.0])
    bare = read_tariffs(put("u.csv", WITS + wits("01", "156,China", "15")))
    assert "nor imports to weight by" in problems(bare.by_dyad)[0]


def test_i03_the_bulk_files_of_trains(put: Put) -> None:
    read = read_tariffs(
        put("AVEMFN.CSV", TRAINS + "H5,031,2022,010121,5,5,5,5,1,\nH5,918,2022,010121,3,3,3,3,1,\n"), duty="MFN"
    )
    assert rows_of(read.frame, "importer", "exporter", "duty", "simple_pct", "lines") == [
        ("AZE", "WLD", "MFN", 5.0, 1.0), ("EUN", "WLD", "MFN", 3.0, 1.0),
    ]  # fmt: skip
    assert [remark.kind for remark in read.remarks] == ["a group of countries"]


def test_i04_kinds_of_duty_are_not_mixed(put: Put) -> None:
    text = WITS + wits("Total", "156,China", "15", "9") + wits("Total", "156,China", "10", "8", duty="AHS")
    read = read_tariffs(put("t.csv", text))
    assert problems(read.by_dyad) == ["duty | found AHS, MFN | name one: duty='AHS'"]
    assert read.by_dyad(duty="AHS")["tariff_pct"].tolist() == [8.0]
    assert problems(lambda: read.by_dyad(duty="BND")) == ["duty | found no BND | there is AHS, MFN"]


def test_i05_bad_rows(put: Put) -> None:
    text = (
        WITS + wits("Total", "156,China", "-1") + wits("Total", "QQQ,Nowhere", "1") + wits("oil", "156,China", "99999")
    )
    text += wits("27", "156,China", "1", duty="XYZ")
    told = problems(lambda: read_tariffs(put("t.csv", text)))
    assert [line.rsplit(" | ", 1)[0] for line in told] == [
        "t.csv, row 5, DutyType | found 'XYZ'", "t.csv, row 4, Product | found 'oil'",
        "t.csv, row 2, Simple Average | found '-1'",
        "t.csv, row 4, Simple Average | found '99999'", "t.csv, row 3, Partner | found 'QQQ'",
    ]  # fmt: skip
    twice = problems(
        lambda: read_tariffs(put("t.csv", WITS + wits("27", "156,China", "1") + wits("27", "156,China", "2")))
    )
    assert twice[0].startswith("t.csv, row 2 and t.csv, row 3 | found 2022 CHN AZE MFN 27 twice")
    wide = problems(lambda: read_tariffs(put("t.csv", "Reporter,Partner,Year,2019,2020\nAZE,CHN,x,1,2\n")))
    assert wide == ["t.csv, heading | found a column for each year | ask WITS for rows by year, with Simple Average"]


def test_i06_no_rate_is_not_free(put: Put) -> None:
    read = read_tariffs(put("t.csv", WITS + wits("01", "156,China", "") + wits("27", "156,China", "0")))
    assert rows_of(read.frame, "goods", "simple_pct") == [("27", 0.0)]
    assert rows_of(read.aside, "goods", "why") == [("01", "no figure")]


# J. Of whatever kind


def test_j01_the_kind_is_told_by_the_heading(put: Put) -> None:
    assert trade_kind(put(BACI, "t,i,j,k,v,q\n2020,31,156,270900,1,1\n")) == "baci"
    assert trade_kind(put("Gravity_V202211.csv", GRAVITY)) == "gravity"
    assert trade_kind(put("c.csv", COMTRADE)) == "comtrade"
    assert trade_kind(put("o.csv", OLD)) == "comtrade"
    assert trade_kind(put("w.csv", WITS)) == "tariffs"
    assert trade_kind(put("p.csv", PLAIN)) == "csv"


def test_j02_years_of_any_file(put: Put) -> None:
    path = put("t.csv", PLAIN + "2015,AZE,CHN,2\n2016,AZE,CHN,3\n2016,AZE,WLD,9\n")
    read = read_trade(path, years=[2016])
    assert flows(read) == [(2016, "AZE", "CHN", 3.0)]
    assert len(read.aside) == 1
    assert problems(lambda: read_trade(path, years=[2020])) == [
        "years | found nothing in [2020] | there is 2015 to 2016"
    ]
    assert problems(lambda: read_trade(put("w.csv", WITS + wits("27", "156,China", "1")))) == [
        "w.csv | found tariffs | give a file of trade"
    ]


# K. What is written is read back to the same totals

SOME = [area for area in areas() if area.kind == "country" and area.number is not None][:40]
FLOW = st.tuples(
    st.integers(2010, 2013), st.sampled_from(SOME), st.sampled_from(SOME), st.integers(0, 999_999),
    st.floats(0.001, 1e9, allow_nan=False).map(lambda value: round(value, 3)), st.none() | st.integers(1, 10**6),
).filter(lambda flow: flow[1] is not flow[2])  # fmt: skip
FLOWS = st.lists(FLOW, min_size=1, max_size=60, unique_by=lambda flow: (flow[0], flow[1].code, flow[2].code, flow[3]))


def expected(made: Sequence[tuple[object, ...]], factor: float) -> dict[tuple[object, ...], float]:
    """Million USD by year, exporter and importer."""
    sums: dict[tuple[object, ...], float] = {}
    for year, one, other, _, value, _ in made:
        key = (year, one.code, other.code)  # type: ignore[attr-defined]
        sums[key] = sums.get(key, 0.0) + float(value) * factor  # type: ignore[arg-type]
    return sums


def totals(read: TradeFile) -> dict[tuple[object, ...], float]:
    return {tuple(row[:3]): row[3] for row in rows_of(read.total(), "year", "exporter", "importer", "trade")}


@settings(max_examples=60, deadline=None)
@given(FLOWS, st.sampled_from([0, 2, 4, 6]))
def test_k01_baci(made: list[tuple], goods: int) -> None:
    with TemporaryDirectory() as folder:
        for year in {flow[0] for flow in made}:
            lines = [
                f"{y},{one.number},{other.number},{k:06d},{v:.3f},{'NA' if q is None else q}"
                for y, one, other, k, v, q in made
                if y == year
            ]
            (Path(folder) / f"BACI_HS92_Y{year}_V202401.csv").write_text("t,i,j,k,v,q\n" + "\n".join(lines) + "\n")
        read = read_baci(Path(folder), goods=goods)  # type: ignore[arg-type]
    assert totals(read) == pytest.approx(expected(made, 1e-3), rel=1e-12)
    weights = [q for *_, q in made if q is not None]
    assert read.frame["tonnes"].sum() == pytest.approx(sum(weights))
    assert read.frame["weighed"].sum() == pytest.approx(sum(v for *_, v, q in made if q is not None) / 1e3)


@settings(max_examples=60, deadline=None)
@given(FLOWS, st.randoms())
def test_k02_comtrade_with_headings_totals_and_parts_among_the_goods(made: list[tuple], chance: object) -> None:
    sums: dict[tuple, float] = {}
    for year, one, other, k, v, _ in made:
        for goods in (f"{k:06d}", f"{k:06d}"[:4], f"{k:06d}"[:2], TOTAL):
            key = (year, one, other, goods)
            sums[key] = round(sums.get(key, 0.0) + v, 3)
    rows = [
        comtrade(
            f"{one.number},{one.code},x",
            partner=f"{other.number},{other.code},x",
            goods=goods,
            usd=f"{v:.3f}",
            year=year,
        )
        for (year, one, other, goods), v in sums.items()
    ]
    rows += [row.replace(",0,TOTAL,2000000", ",2100,Rail,2000000") for row in rows[:5]]
    chance.shuffle(rows)  # type: ignore[attr-defined]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(COMTRADE + "".join(rows))
        read = read_comtrade(path)
    assert totals(read) == pytest.approx(expected(made, 1e-6), rel=1e-9, abs=1e-9)
    for digits in (2, 4, 6):
        assert read.by_goods(digits)["trade"].sum() == pytest.approx(sum(flow[4] for flow in made) / 1e6, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(FLOWS, st.sampled_from(["usd", "kusd", "musd", "busd"]), st.sampled_from(["code", "alpha2", "number", "name"]))
def test_k03_plain_tables_in_any_unit_and_codes(made: list[tuple], unit: str, by: str) -> None:
    sums = expected(made, 1.0)
    named = {area.code: area for area in SOME}
    lines = [
        f'{y},"{getattr(named[one], by)}","{getattr(named[other], by)}",{v!r}' for (y, one, other), v in sums.items()
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(f"year,exporter,importer,trade_{unit}\n" + "\n".join(lines) + "\n", encoding="utf-8")
        read = read_trade_csv(path)
    factor = {"usd": 1e-6, "kusd": 1e-3, "musd": 1.0, "busd": 1e3}[unit]
    assert totals(read) == pytest.approx(expected(made, factor), rel=1e-12)
    assert read.frame.equals(read.frame.sort_values(["year", "exporter", "importer"]))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='0123456789AZECHN,;"\n.-e \0é', max_size=300), st.booleans())
def test_k04_whatever_is_written_is_read_or_refused(text: str, headed: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(((PLAIN if headed else "") + text).encode())
        for reader in (read_trade_csv, read_comtrade, read_baci, read_gravity, read_tariffs):
            with suppress(InputError):
                frame = reader(path).frame
                assert len(frame)
                assert (frame["trade" if "trade" in frame else "simple_pct"] >= 0).all()
