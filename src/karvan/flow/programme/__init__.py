"""Column generation for flows under hard capacities, whatever their columns are."""
