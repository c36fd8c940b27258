"""Migrations of the desk."""
