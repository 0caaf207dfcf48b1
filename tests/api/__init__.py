"""The JSON interface, one file an action; every answer is also held to the OpenAPI document."""
