"""Rules that no spec names and every gate needs: the audit itself must hold."""
