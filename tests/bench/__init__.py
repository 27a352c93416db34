"""The benchmarks, `make bench`: the real commands in processes of their own, measured from outside.

    machine      what it ran on            table        figures, targets, and how they are printed
    measuring    one process and its cost  interleaving  several runs in turn, and their medians
    people       profiles as files         workspace    a database, its settings, the commands
    databases    fresh ones and copies     grounds      all that has to be started, and ended
    simulator    Zendesk, and its ledger   product      web process and workers, as people run them
    rivals/      what we are compared with

    delivery  limit  ingest  freshness  growth  pages    one benchmark each: `run(...) -> Report`

docs/performance.md says how to read the figures.
"""
