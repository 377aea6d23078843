from . import account_chart_template
from . import account_journal
from . import cash_budget_line
from . import cash_transfer_entitlement_funding
from . import cash_transfer_grant
from . import cash_transfer_plan_lock
from . import res_company
