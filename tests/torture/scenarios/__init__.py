"""One module for each group of scenarios; what is in here registers itself."""
