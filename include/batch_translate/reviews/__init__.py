"""Review files: what people are shown to decide on, and what they decided, as CSV, XLIFF and TMX."""
