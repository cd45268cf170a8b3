"""The demo county: 模拟数据, made by a fixed seed; no real person.

Each module has `async def load(session)` that fills one domain and does nothing when it has run before.
"""
