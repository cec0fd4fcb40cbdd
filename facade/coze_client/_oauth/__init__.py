"""OAuth: how tokens are fetched, kept and renewed.

Theory of operation
===================

**A token** has an end, and a moment before it when it is renewed: a minute, or a quarter of a life
shorter than four minutes (`token.py`). The end is by the clock of the API, which `OAuth` takes from
the Date header of its answers. A token that the API refuses is renewed as well: `Coze` then asks
`OAuth.token(rejected=...)` for another one and repeats the call once.

**A flow is a generator of steps** (`steps.py`): send a request, pause, call something that blocks,
like what shows a page to the user. So each flow is written once, and run by `drive` in a thread or
`adrive` in a task. `auth.py` has the flow that renews; `jwt.py`, `code.py` and `device.py` get a
first token; `requests.py` has the requests.

**One renewal for all.** Three guards, from the nearest to the farthest:

1. `TokenCache` (`renewal.py`) has the current token. `join_or_start` returns it, or the one
   `Renewal` that is under way, or a new one that the caller has to run. It decides under a lock and
   never waits under it.
2. A `Renewal` is awaited by threads and tasks of any loop. Its end wakes them all:
   with the token, or with a failure that holds for all; after any other failure one of them tries
   again. An async renewal runs detached, since the API may have issued the token, and voided the
   refresh token, when the task that asked for it is cancelled.
3. The lock of the `TokenStore` (`stores.py`, `file_store.py`) keeps objects and processes apart.
   Under it the stored token is read again: if another one has renewed it, no request is made.

**A refresh token works once**, so the next one is saved before its access token is used. If saving
fails, `TokenCache.unsaved` keeps the token, and the next call saves it instead of fetching one.

**What may vanish.** A renewal is stale after a minute, or when the event loop that runs it has
stopped, perhaps for good; whoever comes next abandons it, which releases the store, and starts
another. A forked child has a cache, renewals and locks of its own, and closes the lock files of its
parent (`coze_core._fork`): the threads that would release them are not there. A cancelled task
waits for what it runs in a thread (`run_in_thread`), so that a lock acquired there is released.

**Redirects** (`code.py`, `receiver.py`) are taken once, with the state of the login alone,
and at every address that the redirect URI stands for, so that no other program receives the code.
"""
