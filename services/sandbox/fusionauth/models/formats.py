"""The forms that text and numbers have in FusionAuth's API; a value of another form is one of a wrong type."""

from typing import Annotated

import msgspec

# A URI or a relative reference (RFC 3986, appendix A).
_TEXT = r"A-Za-z0-9._~!$&'()*+,;=\-"
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_SEGMENT = rf"(?:[{_TEXT}:@]|{_ESCAPED})*"
_FIRST = rf"(?!/)(?:[{_TEXT}@]|{_ESCAPED})*"  # a colon in it would make it a scheme
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[{_TEXT}]|{_ESCAPED})*)"
_AUTHORITY = rf"//(?:(?:[{_TEXT}:]|{_ESCAPED})*@)?{_HOST}(?::[0-9]*)?(?:/{_SEGMENT})*"
_ABSOLUTE = rf"(?:{_AUTHORITY}|/(?!/){_SEGMENT}(?:/{_SEGMENT})*)"
_WITH_SCHEME = rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_ABSOLUTE}|(?!/){_SEGMENT}(?:/{_SEGMENT})*)"
_END = rf"(?:[{_TEXT}:@/?]|{_ESCAPED})*"
_URL = rf"\A(?:{_WITH_SCHEME}|{_ABSOLUTE}|{_FIRST}(?:/{_SEGMENT})*)(?:\?{_END})?(?:#{_END})?\Z"

Url = Annotated[str, msgspec.Meta(pattern=_URL)]
Uuid = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
Date = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Zone = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*\Z")]
Number = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
