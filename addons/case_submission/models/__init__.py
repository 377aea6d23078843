from . import grant_alert, res_company, submission_rate, submission
