"""Rules of the group proofs: one file each, named as the rule is."""
