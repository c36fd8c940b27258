"""Migrations of the spool."""
