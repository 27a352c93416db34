"""The page of one destination: a module for each tab, and the frame around them."""
