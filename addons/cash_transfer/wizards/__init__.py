from . import cash_transfer_method
from . import cash_transfer_money
from . import cash_transfer_zip
from . import cash_transfer_answer
from . import cash_transfer_report_try
from . import cash_transfer_row_answer
from . import remediation_organisation_setup
from . import remediation_people_invite
