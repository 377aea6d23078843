from . import remediation_append_only
from . import remediation_protected_mixin
from . import remediation_coded_mixin
from . import remediation_job
