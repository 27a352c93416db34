"""A workspace in which something of everything is there, in plain or in hostile words.

`python -m tests.browser.scene plain` fills the installation its environment names and prints how
to open every page of it; `visits` reads that.
"""
