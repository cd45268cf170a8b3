"""Figures, charts and statistical tables: reads every domain set by set, writes nothing but the audit of exports."""
