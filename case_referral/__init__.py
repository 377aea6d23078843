from . import demo, controllers, models, wizards
