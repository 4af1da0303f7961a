"""Headers that every answer of the office carries, and the cookie's name and flags."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'none'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
# Files handed out: nothing in them may run, whatever they contain.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def install(app: Flask) -> None:
    """Set the session cookie's flags and put the headers on every answer."""
    is_https = app.config["PUBLIC_URL"].startswith("https://")
    app.config.update(
        # A name with __Host- can be set by no sister host of the city's domain.
        SESSION_COOKIE_NAME="__Host-registry" if is_https else "registry",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
    )

    @app.after_request
    def put_headers(response: Response) -> Response:
        headers = response.headers
        is_page = response.mimetype in ("text/html", "text/css", "text/javascript")
        headers.setdefault("Content-Security-Policy", POLICY if is_page else FILE_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
        if is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static" and response.status_code in (200, 304):
            headers["Cache-Control"] = "public, max-age=300"
            headers.pop("Vary", None)
        else:
            headers["Cache-Control"] = "no-store"
        return response
