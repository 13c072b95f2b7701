"""The page of the small study, asked as a browser asks it."""

import pytest
from asking import TEAM_ADDRESS, Browser

from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site


@pytest.fixture
def told():
    """What was said in the terminal."""
    return []


@pytest.fixture
def clock():
    """A clock that stands still until it is moved on."""
    return [1_772_616_600.0]


@pytest.fixture
def app(review, told, clock):
    return create_app(review, make_site("127.0.0.1", 8765, None), tell=told.append, clock=lambda: clock[0])


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def another(app):
    """Make another browser on the same page."""
    return lambda: Browser(app)


@pytest.fixture
def ann(browser):
    """Ann, who has chosen her name."""
    return browser.be("Ann")


@pytest.fixture
def team_app(review, told, clock):
    """The page as a team server shows it."""
    return create_app(review, make_site("127.0.0.1", 8765, TEAM_ADDRESS), tell=told.append, clock=lambda: clock[0])
