"""How fast brew is beside PyTorch: see README.md."""
