"""The `dialoom` command: one file a command, and no logic beyond asking the other rooms and showing their answers."""
