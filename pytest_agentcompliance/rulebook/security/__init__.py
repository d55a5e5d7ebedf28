"""Rules of the group security: one file each, named as the rule is."""
