"""The parts of a screen, one for each of the user's nouns. Each shows a slice of the state and reports events; none
decides anything, and none holds what matters."""
