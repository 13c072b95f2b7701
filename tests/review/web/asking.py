"""Ask for pages as a browser without scripts does."""

import re
from html import unescape


ADDRESS = "http://127.0.0.1:8765"
TEAM_ADDRESS = "https://review.example.org"


class Browser:
    """A browser without scripts: follows redirects, and sends a form as it stands with what is changed in it."""

    def __init__(self, app, address=ADDRESS):
        self.app, self.address = app, address
        self.client = app.test_client()
        self.page = None

    def get(self, path, *, follow=True, **headers):
        self.page = self.client.get(path, base_url=self.address, headers=headers, follow_redirects=follow, buffered=True)
        return self.page

    def post(self, path, fields, *, follow=True, headers=None):
        headers = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
        self.page = self.client.post(
            path, base_url=self.address, data=fields, headers=headers, follow_redirects=follow, buffered=True
        )
        return self.page

    def send(self, *, to=None, follow=True, button=None, **fields):
        """Send the page's main form with these fields filled in; a button is pressed by its value."""
        form = self.forms(to)[0]
        given = {name: [value] for name, value in self.hidden(form) if value}
        given |= {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
        given |= {"do": [button]} if button else {}
        action = re.search(r'<form[^>]* action="([^"]+)"', form)
        return self.post(unescape(action.group(1)) if action else self.page.request.path, given, follow=follow)

    def press(self, words, about="", *, follow=True):
        """Press the button that says these words, in a form of its own, and that is about somebody or something."""
        found = (form for form in self.forms() if re.search(rf"<button[^>]*>[^<]*{re.escape(words)}", form))
        form = next(form for form in found if about in form)
        return self.post(unescape(re.search(r'action="([^"]+)"', form).group(1)), dict(self.hidden(form)), follow=follow)

    def forms(self, to=None):
        """Return the page's forms that hold these words, or all of them, those that people fill in first."""
        found = re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
        if to:
            return [form for form in found if to in form]
        return sorted(found, key=lambda form: not re.search('name="(?:key|then|size|name|password)"', form))

    def hidden(self, form):
        found = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
        return [tuple(unescape(re.search(f' {part}="([^"]*)"', one).group(1)) for part in ("name", "value")) for one in found]

    @property
    def path(self):
        return self.page.request.path

    @property
    def heading(self):
        return re.sub("<[^>]+>", "", unescape(re.search(r"<h1>(.*?)</h1>", self.page.text, re.DOTALL).group(1)))

    def open(self):
        """Open the page by its launch address."""
        return self.get(self.app.extensions["manyvoices"].launch.address().removeprefix(self.address))

    def be(self, name, *, follow=True):
        """Open the page and choose a name."""
        self.open()
        self.send(name=name, follow=follow)
        return self
