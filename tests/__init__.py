"""The tests; each folder holds one layer, `house` the style itself, `support` what they share."""
