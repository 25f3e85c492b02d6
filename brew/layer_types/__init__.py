"""The catalogue of layer types: importing a file registers what it defines."""
