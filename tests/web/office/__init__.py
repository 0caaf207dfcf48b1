"""The administrator's pages, and the closures that they share with the head: one file per noun."""
