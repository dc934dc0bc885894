"""The command line: one file a command; read arguments, call a study, print."""
