"""What every list page takes from its address; it lives where both apps may use it."""

from connections.views.lists import PAGE_SIZE, Asked, Column, Switch

__all__ = ["PAGE_SIZE", "Asked", "Column", "Switch"]
