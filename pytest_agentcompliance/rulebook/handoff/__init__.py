"""Rules of the group handoff: one file each, named as the rule is."""
