"""The pages of the device plan, one file per user action."""
