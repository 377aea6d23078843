from . import savings_meeting_line
from . import savings_meeting_entry
from . import savings_loan
from . import savings_loan_move
from . import savings_loan_instalment
from . import savings_meeting
from . import savings_share_out_line
from . import savings_share_out
