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
    branches = [branch.fork() for _ in visit.state["Branches"]]
    branch.within = branches
    outcome = await all_of(
        run_states(inner, machine, payload)
        for inner, machine in zip(branches, visit.state["Branches"], strict=True)
    )
    if outcome.failure is not None:
        chain.last = branches[outcome.failed].chain.last
        if not isinstance(outcome.failure, RuntimeFailure):
            branch.abort_within()
        raise outcome.failure
    chain.last = max((inner.chain.last for inner in branches), default=chain.last)
    chain.aside("ParallelStateSucceeded")
    branch.within = []
    return with_result(visit, [output.value for output in outcome.results])
