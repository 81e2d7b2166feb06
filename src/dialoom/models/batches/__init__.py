"""Batch APIs of providers in OpenAI's file form: many questions handed in at once, answered within hours, for less."""
