"""What Tasks call: requests and answers as AWS shapes them, given someone who calls the API."""
