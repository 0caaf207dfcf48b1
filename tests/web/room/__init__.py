"""The pages beside a machine and those of the head: one file per thing that somebody does."""
