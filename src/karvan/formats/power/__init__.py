"""Files of the power system that others make, and profiles of the user's."""
