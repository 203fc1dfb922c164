"""How the tables came to their present form, one file for each change."""
