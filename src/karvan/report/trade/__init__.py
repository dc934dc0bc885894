"""Trade as documents and tables: figures, a fit, forecasts, what-ifs, dependence and loss."""

from karvan.report.trade.boxes import boxes_document, boxes_tables
from karvan.report.trade.dependence import dependence_document, dependence_tables, reliance_document, reliance_tables
from karvan.report.trade.figures import figures_document, figures_table
from karvan.report.trade.fit import fit_document, fit_tables
from karvan.report.trade.forecast import forecast_document, forecast_tables
from karvan.report.trade.loss import loss_document, loss_tables, lost_document
from karvan.report.trade.under import under_document, under_tables
from karvan.report.trade.what_if import what_if_document, what_if_tables

__all__ = [
    "boxes_document",
    "boxes_tables",
    "dependence_document",
    "dependence_tables",
    "figures_document",
    "figures_table",
    "fit_document",
    "fit_tables",
    "forecast_document",
    "forecast_tables",
    "loss_document",
    "loss_tables",
    "lost_document",
    "reliance_document",
    "reliance_tables",
    "under_document",
    "under_tables",
    "what_if_document",
    "what_if_tables",
]
