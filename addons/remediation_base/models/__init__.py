from . import ir_attachment
from . import ir_rule
from . import remediation_append_only
from . import remediation_step_mixin
from . import remediation_protected_mixin
from . import remediation_coded_mixin
from . import remediation_job
