"""`manage.py serve`: web, worker and scheduler (and the sandbox) as children of one process."""
