"""How one account's deliveries leave.

A courier (a thread) keeps a dispatch busy for as long as something is due: the supply claims and
renders, the senders make requests, obstacles are what their answers say about the account.
"""
