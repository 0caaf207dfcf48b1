"""Pages of figures, and what is taken away from them, counted again from the rows of two years lived at random."""
