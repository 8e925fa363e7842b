"""The endpoint under test: its profile, its guard, its ledger, its drivers; and the embedded endpoint itself.

`profile.load_profile` reads what the user says about the endpoint, `opening.open_target` turns that into
something that can be called.  Guard and ledger sit here, so that no way of running the tests goes round them.
"""
