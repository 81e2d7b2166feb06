"""Forms of requests, one a file, in `READER`."""
