"""The product as a person meets it: a real browser, real processes, the sandbox as Zendesk."""
