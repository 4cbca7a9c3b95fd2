"""What a browser is told to hold to: the cookie's rules, and what a page of ours may load. Knows no request."""

from __future__ import annotations

from tl_ui.owner import COOKIE
from tl_ui.settings import Settings

COOKIE_SECONDS = 30 * 24 * 3600


def cookie_header(cookie: str, settings: Settings, is_https: bool) -> str:
    """HttpOnly always; inside another site's frame a cookie travels only with `Secure; SameSite=None; Partitioned`."""
    words = [f"{COOKIE}={cookie}", "Path=/", f"Max-Age={COOKIE_SECONDS}", "HttpOnly"]
    if settings.is_framed:
        return "; ".join([*words, "Secure", "SameSite=None", "Partitioned"])
    return "; ".join([*words, "SameSite=Lax", *(["Secure"] if is_https else [])])


def security_headers(settings: Settings) -> dict[str, str]:
    """`gr.HTML` builds its templates with `new Function` and inline styles: hence the two `unsafe` words."""
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(["'self'", *settings.framed_by]),
    }
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(), geolocation=()",
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
    }
    return headers if settings.framed_by else {**headers, "x-frame-options": "SAMEORIGIN"}
