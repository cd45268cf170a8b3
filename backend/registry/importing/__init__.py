"""Rosters from spreadsheets: read by content, staged by COPY, checked and written by set-based SQL."""
