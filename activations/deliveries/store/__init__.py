"""The only modules of this stage that touch the database."""
