"""The kinds of sampler, one a module, called as the field that tells the kind."""
