"""The mathematics of the forecast: arrays in, arrays out. No dagster, no SQL, no files."""
