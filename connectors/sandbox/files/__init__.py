"""An org whose records come from CSV files instead of the simulated company."""
