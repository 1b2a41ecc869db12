"""The Parallel state: several branches at once.

https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
"""

from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import RuntimeFailure
from maestro_cdk.engine.running import Branch, Next, run_states
from maestro_cdk.engine.states.ends import with_result
from maestro_cdk.engine.together import all_of
from maestro_cdk.engine.visits import Visit


async def parallel(branch: Branch, visit: Visit) -> Next:
    """Run all branches with the same input; the result is the list of their outputs."""
    payload = Data(visit.arguments(visit.effective_input()))
    chain = branch.chain
    chain.add("ParallelStateStarted")
    finished, within = branch.take_point()
    machines = {
        n: machine for n, machine in enumerate(visit.state["Branches"]) if n not in finished
    }
    branches = [branch.fork() for _ in machines]
    for n, inner in zip(machines, branches, strict=True):
        inner.point = within.get(n)
    branch.within = branches
    outcome = await all_of(
        run_states(inner, machine, payload)
        for inner, machine in zip(branches, machines.values(), strict=True)
    )
    if outcome.failure is not None:
        chain.last = branches[outcome.failed].chain.last
        if not isinstance(outcome.failure, RuntimeFailure):
            branch.abort_within()
        raise outcome.failure
    chain.last = max((inner.chain.last for inner in branches), default=chain.last)
    chain.aside("ParallelStateSucceeded")
    branch.within = []
    done = {n: output.value for n, output in zip(machines, outcome.results, strict=True)}
    results = {**finished, **done}
    return with_result(visit, [results[n] for n in sorted(results)])
