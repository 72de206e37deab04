"""Why a TLS connection did not come about, in words: the certificate, or nothing that speaks TLS."""

import ssl

_NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
# OpenSSL's X509_V_ERR codes (x509_vfy.h).
_EXPIRED, _NOT_YET_VALID = 10, 9
_OTHER_HOST, _OTHER_ADDRESS = 62, 64


def tls_failure(place: str, error: BaseException) -> tuple[str, str]:
    """What happened at `place` and what to do, for any error that holds an `ssl.SSLError` somewhere inside."""
    cause = _ssl_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f'The TLS certificate of "{place}" was not accepted: {cause.verify_message}.', _advice(cause.verify_code)
    if cause is not None and cause.reason in _NO_TLS:
        return f'What answers at "{place}" speaks no TLS.', "Write http:// for it, or give the port that speaks TLS."
    reason = f": {cause.reason}" if cause is not None and cause.reason else ""
    return (
        f'The TLS connection to "{place}" did not come about{reason}.',
        "Check the address and the port, and the TLS versions that what answers there allows.",
    )


def _advice(code: int) -> str:
    if code in (_EXPIRED, _NOT_YET_VALID):
        return "Renew the certificate; if it is new, check this machine's clock."
    if code in (_OTHER_HOST, _OTHER_ADDRESS):
        return "Use a host name that the certificate is for."
    return "If it is your own, or a TLS-inspecting proxy's, point REQUESTS_CA_BUNDLE at the certificate that signed it."


def _ssl_error(error: BaseException) -> ssl.SSLError | None:
    """The innermost cause: requests and urllib3 each wrap it once more."""
    waiting: list[object] = [error]
    for _ in range(10):
        if not waiting:
            break
        found = waiting.pop()
        if isinstance(found, ssl.SSLError):
            return found
        if isinstance(found, BaseException):
            waiting += [*found.args, getattr(found, "reason", None), found.__cause__]
    return None
