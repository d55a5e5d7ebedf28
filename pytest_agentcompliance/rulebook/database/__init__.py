"""Rules of the group database: one file each, named as the rule is."""
