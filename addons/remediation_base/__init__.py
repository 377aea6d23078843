from . import models, tools, wizards
from .hooks import uninstall_hook
