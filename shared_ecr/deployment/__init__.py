"""What surrounds `cdk deploy`: accounts made ready for it (`bootstrap`), and what exists already (`adoption`).

`bootstrap` derives roles, policies and templates from the declaration, `account_readiness` looks whether accounts have
them. `adoption` writes a declaration for a live registry, certifies it, and later reports drift.
"""
