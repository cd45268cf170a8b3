"""Casbin model and policy tables: reviewed like code, edited by people."""
