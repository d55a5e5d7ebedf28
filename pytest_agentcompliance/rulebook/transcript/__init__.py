"""Rules of the group transcript: one file each, named as the rule is."""
