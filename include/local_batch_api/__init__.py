"""An OpenAI-compatible Files and Batch API on this machine, answered from a phrasebook (docs/local-batch-api.md).

It imports nothing of the project it stands beside: it is the judge, and knows requests only by the written
contract (docs/prompt-contract.md) and the API only by OpenAI's documentation.
"""
