"""What goes wrong inside a page while somebody uses it."""

from playwright.sync_api import Dialog, Page


def listen(page: Page) -> list[str]:
    """A list that fills from now on: console errors, exceptions, failed requests, `alert()`.

    A style or script that the Content-Security-Policy refuses is a console error too.
    """
    heard: list[str] = []
    page.on(
        "console",
        lambda message: (
            heard.append(f"console: {message.text}") if message.type == "error" else None
        ),
    )
    page.on("pageerror", lambda error: heard.append(f"exception: {error}"))
    page.on(
        "response",
        lambda answer: (
            heard.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )

    def dismiss(dialog: Dialog) -> None:
        heard.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    return heard
