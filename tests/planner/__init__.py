"""The optimiser: against brute force, by hand-made cases, and its checker against spoilt plans."""
