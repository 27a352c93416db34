"""Every page, dialog and answer to a mistake judged by axe, and photographed: `make axe`.

Apart from `make test`: some hundred pages in two themes and widths take minutes.
"""
