"""Jobs: studies that take longer than a request may, kept in a database and worked on by processes of their own."""
