"""Names of layers beside those that torch gives."""

PENULTIMATE = "penultimate"
"""What the head reads."""
LOGITS = "logits"
"""What the head says: written for every split, whatever the layers."""
