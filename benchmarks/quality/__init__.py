"""How good is the booking? Fortnights simulated on the domain core alone, beside a bound that nothing can pass."""
