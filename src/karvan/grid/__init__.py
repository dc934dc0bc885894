"""The power system: supply, prices and gCO2e/kWh by the hour."""
