"""Is it good: what is measured on finished sets, and on those who judge them."""
