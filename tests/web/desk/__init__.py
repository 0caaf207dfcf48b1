"""The desk's pages: one file per thing that reception does."""
