from . import hub_cases
