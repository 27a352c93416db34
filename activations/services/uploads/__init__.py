"""CSV files that become audiences: kept, looked into, read in steps."""
