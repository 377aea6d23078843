from . import clock, logo, words, world
