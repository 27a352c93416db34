"""Every page and dialog judged by axe, with photographs of all of them: `make axe`.

Apart from `make test`: some hundred pages in two themes and widths take minutes.
"""
