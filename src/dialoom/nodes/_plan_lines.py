"""How prompts tell a model of the plan."""

# A piece of a Jinja template: a line for each characteristic that says how the talk goes. Topic, ages and duration are
# told elsewhere in the prompts.
PLAN_LINES = """\
{% if plan is defined and plan %}
{% for name in ['familiarity', 'emotion', 'formality', 'medium', 'location', 'agreement', 'natural_features'] %}
{% if plan[name] %}{{ name | replace('_', ' ') | capitalize }}: {{ plan[name] }}
{% endif %}
{% endfor %}
{% endif %}
"""
