"""Runs of one sequence of stops, parted into lanes in which no run overtakes another."""

from __future__ import annotations

from karvan.kernels.compiler import kernel

OK = 0


@kernel
def lanes(group_first, calls, starts, rows, reach_after, leave_after, lane, last):
    """Fill lane (n_runs,) with the lane of each run within its group; each takes the first lane that it fits behind.

    Runs of group g are group_first[g] to group_first[g + 1] - 1, in the order of `starts` (s), with calls[g] calls,
    whose arrivals and departures, in seconds after the start, are at rows[run] of reach_after and leave_after. last
    (largest group,): workspace. A run fits behind another if it is nowhere earlier.
    """
    for group in range(group_first.shape[0] - 1):
        made = 0
        for run in range(group_first[group], group_first[group + 1]):
            found = made
            for trial in range(made):
                before = last[trial]
                apart, a, b = starts[run] - starts[before], rows[before], rows[run]
                fits = True
                if a != b:
                    for call in range(calls[group]):
                        early = min(
                            reach_after[b + call] - reach_after[a + call], leave_after[b + call] - leave_after[a + call]
                        )
                        if apart + early < 0:
                            fits = False
                            break
                if fits:
                    found = trial
                    break
            if found == made:
                made += 1
            last[found] = run
            lane[run] = found
    return OK
