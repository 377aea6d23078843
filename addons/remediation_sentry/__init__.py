from .tools.cut import install as post_load
