from . import clock, logo, world
