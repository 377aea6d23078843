from . import cash_transfer_purpose
from . import cash_transfer_school_year
from . import cash_transfer_school_holiday
from . import cash_transfer_scheme
