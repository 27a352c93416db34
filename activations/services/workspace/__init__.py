"""The workspace file: read it, compare it with what is there, make the two equal, write it.

`reading` turns text into `values`; `current` turns the database into the same values; `comparing`
says what differs; `applying` does it; `writing` turns values into text again.
"""
