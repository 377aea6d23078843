from . import demo, models, tools, wizards
