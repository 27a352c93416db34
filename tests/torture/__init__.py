"""The torture rig: the product under faults, and a verdict that says what was lost. `make torture`.

How to write a scenario. It is a function of a `Trial` in a module of `tests/torture/scenarios/`:

    @scenario(
        name="kill-workers",
        target="kill -9 of worker processes, 200 times: verdict clean",  # what it has to prove
        databases=(SQLITE, POSTGRESQL),       # from tests.torture.databases; PostgreSQL has Redis
        quick=True,                           # also part of `make test`, so it takes seconds
    )
    def kill_workers(trial: Trial) -> None:
        kills = trial.size(200, quick=4)                  # full tier (x --scale), quick tier
        ground = trial.open(Setting(rate=500), workers=4)  # database, sandbox, web, workers
        nemesis = trial.nemesis(gap=(0.5, 2.0))           # seconds between two faults
        nemesis.plan("kill -9 of a worker", times=kills, act=trial.crew.kill_one)
        feed = trial.feed(per_second=400)
        feed.start(trial.changes(people=20_000, rounds=3))
        nemesis.start()
        nemesis.wait(seconds=900)
        feed.wait()
        trial.judge()                        # the common verdict; called for you if you do not
        trial.at_most("requests / distinct states", figure, 1.15)     # figures of your own
        trial.seen("kills that cut a request", planned=1, seen=count)  # less: the run is void

Rules. Chance comes from `trial.random` (or the `random` an act is given) and nothing else, so that
the seed decides it. An act returns True only when its fault really happened; `trial.seen` says of
every other planned fault how often it was observed, and a fault that was not makes the run void.
Feed changes with `trial.feed()` only: the oracle must hear of every 2xx. Leave nothing broken that
`trial.calm()` does not mend (sandbox faults, stopped or killed workers and web): mend the rest
before `judge`. `judge` calms, drains (bounded), and checks V1 to V10 of `verdict.py`.

What a scenario has in hand:

    setting.Setting     times, pace, latency, workspace file, proxy, sandbox words, environment
    trial.ground        worker() web() beat() manage(*words) apply(yaml) sql(query) faults(*specs)
                        clear_faults() log_lines(words); .database (.cluster on PostgreSQL:
                        restart_immediately(), stop(), start()), .redis (flush(), kill(), start()),
                        .simulator (contacts(), ask(method, path, json), struck(spec)), .proxy
    trial.crew          the workers: kill_one(random), stand_still(random, seconds=...),
                        pause(random, seconds=...), at_work(), members, replace(), restore()
    trial.web           the web process: post(body), kill(); put a new one there after a kill
    processes.Process   kill() stop() cont() terminate() wait(seconds=...), in its own group
    trial.sampler.taken one sample a second: states, violations, crashes
    trial.requests()    the ledger: what Zendesk saw, request by request
    callers.Callers     which worker sent a request; dialling.Dialling: who waits for a connection
    watch               transactions, locks, stalls, harm: looked at all the while, not in the end
    trial.oracle        expected contacts; set `.plan` when a mapping is edited

Run one with `python -m tests.torture NAME --tier quick --database sqlite --seed 1`; `--keep` leaves
the folder with logs, ledger and database. One integer, the seed, decides the feed and the nemesis;
it does not decide how the machine schedules processes, so a failing seed fails often, not always.
"""
