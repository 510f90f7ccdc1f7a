"""What is true of the company: planted violations, odds and totals, by other means than its tables."""
