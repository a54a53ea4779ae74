"""Pure: readings, time and text in, decisions out. No file, clock, network or SQL here."""
