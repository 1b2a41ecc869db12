"""What functions need besides their own code: installed for their runtime, once, and kept."""
