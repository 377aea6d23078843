from . import reason_wizard
from . import method_wizard
from . import money_wizard
from . import zip_wizard
from . import answer_wizard
from . import report_try
from . import row_answer
