from . import post
