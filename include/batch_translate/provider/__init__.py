"""The provider: the Files + Batch API as this project uses it."""
