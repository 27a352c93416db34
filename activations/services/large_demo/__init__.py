"""A workspace as large as they get, invented: to see the product at scale, and to measure it.

    size        how much of everything               layout     accounts, destinations, audiences
    moments     instants of the last days            crowd      people, and what they are in
    standings   where each delivery stands           chronicle  runs and traffic, hour by hour
    tables      many rows at once                    workspace  the layout as rows
    happenings  alerts, uploads, keys, colleagues    loading    all of it, in one transaction

The simulator of Zendesk knows nothing of it: contacts that are said to be there are not.
"""
