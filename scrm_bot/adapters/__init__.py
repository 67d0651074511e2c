"""The platforms: one file each, all behind base.Adapter."""
