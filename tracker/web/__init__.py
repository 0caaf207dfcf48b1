"""Everything that knows HTTP for people: access, forms, views, errors; no rule and no SQL."""
