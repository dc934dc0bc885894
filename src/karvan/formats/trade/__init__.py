"""Files of trade that others publish, and tables of the user's."""
