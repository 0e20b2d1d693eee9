"""Everything that can go wrong at a provider, injected on request: by count, probability and seed.

The server without rules does none of it. What was executed is accounted for as ever, whatever the answer looks
like.
"""
