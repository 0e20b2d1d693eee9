"""Money: prices, estimates, what was spent."""
