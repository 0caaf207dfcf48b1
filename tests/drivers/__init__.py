"""What drivers make up by themselves; what they do to a database is tested with their commands in tests/cli."""
