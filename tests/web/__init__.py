"""What people see in a browser: one file per action."""
