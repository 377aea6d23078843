from odoo.addons.auth_signup.controllers.main import AuthSignupHome


class SignUp(AuthSignupHome):
    """The pages for a new password do not tell who has an account."""

    def get_auth_signup_qcontext(self):
        context = super().get_auth_signup_qcontext()
        # Core looks the address up and leads elsewhere where it knows it.
        context.pop("signup_email", None)
        return context
