"""Who is asking, and what they may ask for. Everything that no rule allows is denied."""

from __future__ import annotations

from flask import g, has_request_context

from data_access.rights import Rights, Role, User, restrict, rights_of

__all__ = ["Rights", "Role", "User", "current_user", "restrict", "rights_of"]


def current_user() -> User | None:
    """Whose request this is; ``None`` for nobody's."""
    return getattr(g, "user", None) if has_request_context() else None
