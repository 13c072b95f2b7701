"""The Flask application for one study."""

import secrets
import time
from collections.abc import Callable

from flask import Flask
from flask_wtf import CSRFProtect

from pipeline.review.session import ReviewSession
from pipeline.review.web import access, error_pages, security, shared_wording, text_settings
from pipeline.review.web.browser_sessions import Sessions
from pipeline.review.web.content_warnings import topics
from pipeline.review.web.launch_link import LaunchLink
from pipeline.review.web.numbers import RowNumber
from pipeline.review.web.server_config import ServerConfig
from pipeline.review.web.views import (
    account_pages,
    action_pages,
    choose_name_pages,
    codebook_pages,
    discussion_pages,
    excerpt_pages,
    finding_pages,
    home_pages,
    inbox_pages,
    memo_pages,
    practice_pages,
    quote_pages,
    search_pages,
    theme_pages,
    worry_pages,
)
from pipeline.review.web.web_context import WebContext, context
from pipeline.runtime.plurals import agreeing, listed, n_of


def create_app(
    review: ReviewSession, site: ServerConfig, *, tell: Callable[[str], None] = print, clock: Callable[[], float] = time.time
) -> Flask:
    """Return the app for a review; `tell` says an address to the person at the terminal, `clock` is seconds since 1970."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(
        # Made anew at each start; what must outlast it is in the store.
        SECRET_KEY=secrets.token_bytes(32),
        MAX_CONTENT_LENGTH=security.LARGEST_REQUEST,
        MAX_FORM_PARTS=2_000,
        # A form may lie open for as long as its session; where it comes from is checked for every request.
        WTF_CSRF_TIME_LIMIT=None,
        # No page sends a Referer; security.py checks Origin and Sec-Fetch-Site instead.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.url_map.converters["int"] = RowNumber
    sessions = Sessions(site, review, clock)
    app.session_interface = sessions
    launch = None if site.team else LaunchLink(site, tell)
    app.extensions["manyvoices"] = WebContext(review, site, sessions, launch, clock)
    _set_templates(app)
    security.secure(app, site)
    # Before the token of the form is looked at: one that outlived its session has none, and its words are kept.
    access.guard(app)
    CSRFProtect(app)
    error_pages.explain(app)
    # On a team server nobody chooses a name; on a laptop nobody has a password.
    shared = (
        home_pages,
        excerpt_pages,
        discussion_pages,
        codebook_pages,
        theme_pages,
        practice_pages,
        search_pages,
        quote_pages,
        action_pages,
        finding_pages,
        inbox_pages,
        memo_pages,
        worry_pages,
    )
    for pages in (account_pages if site.team else choose_name_pages, *shared):
        app.register_blueprint(pages.PAGES)
    return app


def _set_templates(app: Flask) -> None:
    from jinja2 import StrictUndefined

    app.jinja_env.autoescape = True
    # A slip in a template must be a fault that tests find, and not an empty place on a page.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        direction=shared_wording.direction,
        in_words=shared_wording.answer_in_words,
        proposal_name=shared_wording.proposal_name,
        edit_state=shared_wording.edit_state,
        on_day=shared_wording.on_day,
        excerpt_number=shared_wording.excerpt_number,
        n_of=n_of,
        agreeing=agreeing,
        listed=listed,
        topics=topics,
    )
    app.context_processor(
        lambda: {
            "here": context(),
            "person": context().person,
            "shortcuts": shared_wording.shortcuts_on(),
            "text": text_settings.current(),
        }
    )
