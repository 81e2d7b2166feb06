"""What a talk with a bot has to pass, one check a file, in `CHECK`."""
