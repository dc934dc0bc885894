"""The power system as documents and tables: runs, comparisons, published figures, claims, cases and investment."""

from karvan.report.power.compare import cases_document, cases_tables, compare_document, compare_tables
from karvan.report.power.figures import figures_document, figures_tables
from karvan.report.power.invest import invest_document, invest_tables
from karvan.report.power.loss import loss_document, loss_tables
from karvan.report.power.run import power_document, power_tables, unsolved_document

__all__ = [
    "cases_document",
    "cases_tables",
    "compare_document",
    "compare_tables",
    "figures_document",
    "figures_tables",
    "invest_document",
    "invest_tables",
    "loss_document",
    "loss_tables",
    "power_document",
    "power_tables",
    "unsolved_document",
]
