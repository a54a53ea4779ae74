"""Measures Reverie from outside: quality of its contexts, speed and size. No part of the daemon imports it."""
