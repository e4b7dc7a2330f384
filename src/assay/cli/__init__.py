"""The command line: one file a command, each a thin door to a method of `assay.Case`."""
