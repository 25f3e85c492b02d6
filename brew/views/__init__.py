"""Pictures of nets, blobs and training: arrays in, SVG text or matplotlib figures out.

No widgets here: everything works in a plain script, too.
"""
