"""OAuth 2.0 and OpenID Connect: the login page, the token endpoint and what belongs to them.

Parameters, answers, error types and reasons are those of FusionAuth's documentation (OAuth2 Endpoints). It lists the
reasons but seldom says which one a mistake has: where it does not, the choice of the reason, and of 400 or 401, is the
sandbox's. So is everything that a person sees. The sandbox knows no single sign-on session: the form always asks.
"""
