"""OAuth: how tokens are fetched, kept and renewed.

Everything that waits is written once, as a generator of steps (`steps.py`), and carried out by a
sync and an async driver. `auth.py` keeps one token and lets one caller renew it for all; `jwt.py`,
`code.py` and `device.py` say how a token is got in each flow.
"""
