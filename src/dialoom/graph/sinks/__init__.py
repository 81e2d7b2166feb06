"""The kinds of sink, one a module, called as the field that tells the kind."""
