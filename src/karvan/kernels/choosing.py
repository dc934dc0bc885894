"""Choice between paths by a logit with path sizes, and how shares yield when times change.

Paths `first_path[k]` to `first_path[k + 1]` are those of pair k (n_pairs + 1,), `part[first_part[p]]` and on the parts
of path p (n_paths + 1,). What a part is (a link, a service, a facility) does not matter here.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.compiler import inlined, loop

OK = 0
NONE = -1
LEAST = 1e-150
"""Of a share while choices settle; its logarithm is needed."""
BEND = 0.8
"""The part of a share that a step takes straight away."""


@loop
def path_sizes(first_path, first_part, part, length, users, last_user, size):
    """Fill size (n_paths,): sum over its parts of their share of its length, each over the paths of the pair with it.

    Ben-Akiva and Bierlaire (1999). length (n_parts,), not negative; in a path that has none all parts count alike, and
    a path without parts has size 1. Workspace (n_parts,): users 0, last_user NONE, as they are left.
    """
    for pair in range(first_path.shape[0] - 1):
        for path in range(first_path[pair], first_path[pair + 1]):
            for at in range(first_part[path], first_part[path + 1]):
                if last_user[part[at]] != path:
                    last_user[part[at]] = path
                    users[part[at]] += 1
        for path in range(first_path[pair], first_path[pair + 1]):
            whole = 0.0
            for at in range(first_part[path], first_part[path + 1]):
                whole += length[part[at]]
            found = 0.0
            for at in range(first_part[path], first_part[path + 1]):
                found += (length[part[at]] if whole > 0.0 else 1.0) / users[part[at]]
            n_parts = first_part[path + 1] - first_part[path]
            size[path] = found / (whole if whole > 0.0 else n_parts) if n_parts > 0 else 1.0
        for path in range(first_path[pair], first_path[pair + 1]):
            for at in range(first_part[path], first_part[path + 1]):
                users[part[at]], last_user[part[at]] = 0, NONE
    return OK


@loop
def sums(first_part, part, of_part, total):
    """Fill total (n_paths,) with what the parts of each path have together, of_part being (n_parts,)."""
    for path in range(first_part.shape[0] - 1):
        total[path] = 0.0
        for at in range(first_part[path], first_part[path + 1]):
            total[path] += of_part[part[at]]
    return OK


@loop
def loaded(first, end, first_part, part, flow, volume):
    """Add the flows (n_paths,) of paths first .. end - 1 to the volumes of their parts (n_parts,)."""
    for path in range(first, end):
        for at in range(first_part[path], first_part[path + 1]):
            volume[part[at]] += flow[path]
    return OK


@loop
def lined_up(part, begins, first_part, lined):
    """Fill lined with the parts of paths in a new order, each beginning in `part` where begins (n_paths,) says.

    first_part (n_paths + 1,): where each begins in `lined`.
    """
    for path in range(begins.shape[0]):
        for nth in range(first_part[path + 1] - first_part[path]):
            lined[first_part[path] + nth] = part[begins[path] + nth]
    return OK


@inlined
def share_out(first, end, cost, bonus, theta, share):
    """Fill the shares of paths first .. end - 1, proportional to exp(bonus - theta cost); the pair's perceived cost.

    What is infinitely dear is taken by nobody, unless all is: then the bonus alone decides.
    """
    best = -np.inf
    for path in range(first, end):
        share[path] = bonus[path] - theta * cost[path]
        best = max(best, share[path])
    lost = best == -np.inf
    if lost:
        for path in range(first, end):
            share[path] = bonus[path]
            best = max(best, share[path])
    total = 0.0
    for path in range(first, end):
        share[path] = np.exp(share[path] - best)
        total += share[path]
    for path in range(first, end):
        share[path] /= total
    return np.inf if lost else -(best + np.log(total)) / theta


@loop
def shares(first_path, cost, bonus, theta, share, perceived):
    """Fill share (n_paths,), which adds up to 1 over each pair that has paths, and perceived (n_pairs,).

    cost, bonus (n_paths,): what a path costs, and what else speaks for it, in units of theta times cost: beta times the
    logarithm of its size. theta (n_pairs,), above 0. perceived: the expected least cost as it is perceived, minus the
    logarithm of the sum of exp(bonus - theta cost) over theta; inf without paths.
    """
    for pair in range(first_path.shape[0] - 1):
        perceived[pair] = np.inf
        if first_path[pair + 1] > first_path[pair]:
            first, end = first_path[pair], first_path[pair + 1]
            perceived[pair] = share_out(first, end, cost, bonus, theta[pair], share)
    return OK


@inlined
def between(one, other):
    """The logarithmic mean of two positive numbers: their difference over that of their logarithms."""
    apart = np.log(other / one)
    return 0.5 * (one + other) if abs(apart) < 1e-4 else (other - one) / apart


@loop
def choose(first, end, choices, fixed, bonus, theta, load, time, share, cost, chosen, metric, perceived, more):
    """Let pairs first .. end - 1 choose at time (n_parts,).

    choices: first_path, first_part and part. fixed (n_paths,): what a path costs besides the times of its parts; load
    (n_pairs,): what the trips of a pair together take. Filled for these pairs: cost, chosen (n_paths,), perceived
    (n_pairs,); metric (n_paths,): theta times the logarithmic mean of share and chosen, by which shares yield to costs;
    more (n_parts,): how much more would be loaded by `chosen` than by `share`. Each pair has paths.
    """
    first_path, first_part, part = choices
    more[:] = 0.0
    for pair in range(first, end):
        for path in range(first_path[pair], first_path[pair + 1]):
            found = fixed[path]
            for at in range(first_part[path], first_part[path + 1]):
                found += time[part[at]]
            cost[path] = found
        perceived[pair] = share_out(first_path[pair], first_path[pair + 1], cost, bonus, theta[pair], chosen)
        for path in range(first_path[pair], first_path[pair + 1]):
            chosen[path] = max(chosen[path], LEAST)
            metric[path] = theta[pair] * between(share[path], chosen[path])
            moved = load[pair] * (chosen[path] - share[path])
            for at in range(first_part[path], first_part[path + 1]):
                more[part[at]] += moved


@loop
def yielded(first, end, choices, load, metric, longer, move, less):
    """Fill move (n_paths,): how the shares of pairs first .. end - 1 yield when times are `longer` (n_parts,).

    To the first order, by the metric: from paths that grow dearer than their pair's mean to the others. And less
    (n_parts,): how much less is then loaded. As a map from `longer` to `less` it is symmetric and not negative.
    """
    first_path, first_part, part = choices
    less[:] = 0.0
    for pair in range(first, end):
        mean, whole = 0.0, 0.0
        for path in range(first_path[pair], first_path[pair + 1]):
            found = 0.0
            for at in range(first_part[path], first_part[path + 1]):
                found += longer[part[at]]
            move[path] = found
            mean += metric[path] * found
            whole += metric[path]
        mean /= whole
        for path in range(first_path[pair], first_path[pair + 1]):
            move[path] = -metric[path] * (move[path] - mean)
            moved = load[pair] * move[path]
            for at in range(first_part[path], first_part[path + 1]):
                less[part[at]] -= moved


@loop
def step(first, end, choices, fixed, bonus, theta, trips, load, share, chosen, move, length, gently, new, volume, sums):
    """Fill new (n_paths,), the shares of pairs first .. end - 1 a step of `length` on the way to `chosen` plus `move`.

    The way is straight, but bends where it would come near to nothing: gently, or later and then sharply. Filled:
    volume (n_parts,): what is loaded; sums[0]: what the shares add to the objective besides times.
    """
    first_path, first_part, part = choices
    volume[:] = 0.0
    sums[0] = 0.0
    for pair in range(first, end):
        whole = 0.0
        for path in range(first_path[pair], first_path[pair + 1]):
            straight = (1.0 - length) * share[path] + length * chosen[path]
            by = length * move[path] / straight
            if gently:
                factor = 1.0 + by if by >= 0.0 else 1.0 / (1.0 - by)
            else:
                factor = 1.0 + by if by >= -BEND else (1.0 - BEND) * np.exp((by + BEND) / (1.0 - BEND))
            new[path] = max(straight * factor, LEAST)
            whole += new[path]
        for path in range(first_path[pair], first_path[pair + 1]):
            new[path] /= whole
            loaded = load[pair] * new[path]
            entropy = (np.log(trips[pair] * new[path]) - bonus[path]) / theta[pair]
            sums[0] += loaded * (fixed[path] + entropy)
            for at in range(first_part[path], first_part[path + 1]):
                volume[part[at]] += loaded
