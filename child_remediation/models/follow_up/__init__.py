from . import remediation_visit
from . import remediation_note
from . import remediation_note_misfiled
from . import remediation_education_enrolment
from . import remediation_attendance
from . import remediation_service_delivery
