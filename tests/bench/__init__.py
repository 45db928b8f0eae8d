"""How fast things are, beside another program on the same work: `python -m tests.bench [NAME...]`."""
