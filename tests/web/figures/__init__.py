"""Use of machines, waits, indicators: each page of figures that head and administrator read."""
