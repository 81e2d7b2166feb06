"""Recipes as pictures: what is in one, where each thing stands, and how it is written."""
