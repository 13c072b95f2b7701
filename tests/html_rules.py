"""How html-validate is to read our pages."""

RULES = {
    "extends": ["html-validate:recommended"],
    "elements": ["html5"],
    "rules": {
        # Matters of taste in which ours differs; Jinja leaves spaces at the ends of lines.
        "no-trailing-whitespace": "off",
        "long-title": "off",
        "doctype-style": "off",
        "attribute-boolean-style": "off",
        "attribute-empty-style": "off",
        "void-style": "off",
        "no-inline-style": "error",
        "require-sri": "off",
        "form-dup-name": ["error", {"shared": ["radio", "checkbox", "button", "submit"]}],
    },
}
