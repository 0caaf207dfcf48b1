"""Many callers at once, in threads and in processes of their own, on both engines."""
