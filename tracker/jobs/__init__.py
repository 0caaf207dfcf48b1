"""What runs beside the web server on a schedule, in one process; each job calls a service."""
