"""Damaged files by the thousand: brew must refuse them in its own words.

``python -m tests.fuzz --count 100000`` takes good files of every kind that brew reads,
damages them, and reads them again. Whatever comes must be an error of
``brew.errors`` (or no error), within seconds and within half a gigabyte.
"""
