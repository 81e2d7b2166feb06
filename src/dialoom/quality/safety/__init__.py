"""What a data set should not teach, and what needs a person: abuse and sensitive topics, by lexicon."""
