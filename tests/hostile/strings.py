"""Names that an attacker, or an unlucky spreadsheet, may put into any text field.

Every layer, page, report and export test imports :data:`HOSTILE`; a string that runs sets ``window.pwned`` or prints 49
or asks the host ``evil.example`` for something.
"""

from __future__ import annotations

HOSTILE: tuple[str, ...] = (
    "{{ 7*7 }}",
    "{{ lipsum.__globals__.os.getpid() }}",
    "Mine {{ broken",
    "{% for x in range(3) %}x{% endfor %}",
    "{# a comment #}shown",
    "{{'map_div'}}",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=2>",
    "<svg/onload=window.pwned=3>",
    "${window.pwned=4}",
    "`;window.pwned=5;`",
    "\\`${window.pwned=6}\\`",
    "\\u003cimg src=x onerror=window.pwned=7\\u003e",
    "\\x3cimg src=x onerror=window.pwned=8\\x3e",
    "javascript:window.pwned=9",
    '" onmouseover="window.pwned=10',
    "' onfocus='window.pwned=11' autofocus='",
    "&lt;img src=x onerror=window.pwned=12&gt;",
    "&#60;img src=x onerror=window.pwned=13&#62;",
    "![x](https://evil.example/pixel.png)",
    "[click](https://evil.example/)",
    "<https://evil.example/auto> www.evil.example https://evil.example/x",
    "$\\href{https://evil.example}{x}$ :red[y] :material/home: :smile:",
    "# heading\n- list\n| a | b |",
    '=HYPERLINK("https://evil.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "--> ]]> <!-- <![CDATA[",
    "line\u2028separator\u2029paragraph",
    "\u202ereversed\u202c \u2066isolate\u2069",
    "nul\x00bell\x07escape\x1b[31m",
    "lone \ud800 surrogate",
    "\ufeffbom \u200bzero width",
    "Mambéré-Kadéï « N'Délé » — l'École",
    "a" * 300,
    "__proto__",
    "constructor",
    "'; DROP TABLE sites; --",
    "../../etc/passwd",
    "CON",
)
"""Text to be shown as it is, and never run, fetched, evaluated or dropped."""
