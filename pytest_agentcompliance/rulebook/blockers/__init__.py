"""Rules of the group blockers: one file each, named as the rule is."""
