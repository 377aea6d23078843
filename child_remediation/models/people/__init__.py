from . import res_users
from . import res_partner
from . import remediation_team
from . import remediation_case_manager
from . import remediation_assignment_rule
from . import remediation_vetting
from . import remediation_training
from . import remediation_level_criterion
