"""Results: the lines a batch brought, sorted, and reconciled with what was asked."""
