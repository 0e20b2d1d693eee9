"""HTML: tokens with their places, edited as text."""
