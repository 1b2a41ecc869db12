"""The user's folder, and ours: settings, functions, templates."""
