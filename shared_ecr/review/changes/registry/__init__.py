"""Changes of a registry as a whole: its settings, its policy, its replication, its scans, its templates."""
