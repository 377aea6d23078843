from . import savings_ask_support
from . import savings_buy_in
from . import savings_paper_book
from . import savings_paper_book_line
from . import savings_quarter_export
from . import remediation_people_invite
