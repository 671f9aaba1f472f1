"""What a run's results become: a table, the targets, and docs/comparison.md."""
