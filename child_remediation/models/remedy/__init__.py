from . import remediation_complaint_owned
from . import remediation_complaint_remedy
from . import remediation_complaint_respondent
from . import remediation_remedy
from . import remediation_remedy_contributor
from . import remediation_remedy_release
