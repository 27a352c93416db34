"""The activation wizard: Select audiences, Mapping, Schedule audience export, Review."""
