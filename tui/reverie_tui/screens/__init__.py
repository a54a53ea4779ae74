"""Whole screens: how widgets are arranged, which keys they offer, and which slice of the state each one gets."""
