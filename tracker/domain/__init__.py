"""The department's rules in plain Python: values in, values out. No database, no HTTP, no clock."""
