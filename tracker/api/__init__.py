"""The JSON interface and its OpenAPI description; no rule and no SQL."""
