"""What people do: leads, tasks, meetings and the managers' own process, as records."""
