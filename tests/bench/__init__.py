"""How fast Assent is, beside hand-written SQL and beside its peers: `python -m tests.bench`."""
