from . import classification, person
