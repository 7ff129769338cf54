"""Who may be asked, where and how: one profile for each provider."""

from headgate.providers.profiles import LOCAL, Profile, Settings, find_profile, load_profiles

__all__ = ["LOCAL", "Profile", "Settings", "find_profile", "load_profiles"]
