"""Shared code of the commands in setup/. Standard library only, but for the
modules that say so: those run inside the virtual environment."""
