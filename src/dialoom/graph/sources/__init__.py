"""The kinds of source, one a module, called as the field that tells the kind."""
