from . import remediation_agreement_party
