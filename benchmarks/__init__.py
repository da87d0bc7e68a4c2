"""What things cost: measured, not claimed."""
