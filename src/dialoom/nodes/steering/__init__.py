"""What may be made to happen in a talk, one kind a file: what `steer` of a `converse` node names, in `HOOK`."""
