"""The commands of `reverie`, a group a file. Each file exports COMMANDS; `cli.py` puts them together and runs them."""
