"""Amazon States Language: what a definition says. No files, no network, no clock."""
