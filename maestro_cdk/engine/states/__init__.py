"""What each type of state does."""

from collections.abc import Mapping

from maestro_cdk.engine.running import Work
from maestro_cdk.engine.states.flow import choice, fail, pass_, succeed, wait
from maestro_cdk.engine.states.maps import map_
from maestro_cdk.engine.states.parallel import parallel
from maestro_cdk.engine.states.task import task

WORK: Mapping[str, Work] = {
    "Choice": choice,
    "Fail": fail,
    "Map": map_,
    "Parallel": parallel,
    "Pass": pass_,
    "Succeed": succeed,
    "Task": task,
    "Wait": wait,
}
"""The work of each type of state."""
