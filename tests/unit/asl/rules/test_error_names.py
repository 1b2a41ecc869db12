"""What Retry and Catch name can come up, and is not taken by an entry before."""

import pytest

from maestro_cdk.asl.rules import error_names
from tests.unit.asl.rules.asking import alone, findings, machine, said, working

RULE = error_names.RULE


def retry(*entries):
    return working(Retry=[{"ErrorEquals": names} for names in entries])


def catch(*entries):
    return working(Catch=[{"ErrorEquals": names, "Next": "A"} for names in entries])


@pytest.mark.parametrize(
    "value",
    [
        retry(["E", "Lambda.TooManyRequestsException"], ["States.ALL"]),
        catch(["States.TaskFailed", "States.Timeout"], ["States.ALL"]),
        catch(["States.Permissions"], ["States.DataLimitExceeded"]),
        catch(["States.Http.StatusCode.404"]),
        retry(["${error}", 1]),
        retry([], ["E"]),
        working(Retry="E", Catch=[1]),
        alone(Type="Pass", Retry=[{"ErrorEquals": ["States.Nope"]}]),
        # A Fail of the definition gives this name to an error.
        machine(
            {
                "P": {
                    "Type": "Parallel",
                    "Branches": [machine({"F": {"Type": "Fail", "Error": "States.QuorumMet"}})],
                    "Catch": [{"ErrorEquals": ["States.QuorumMet"], "Next": "P"}],
                    "End": True,
                }
            }
        ),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "severity", "message", "place"),
    [
        (
            retry(["States.ALL"], ["E"]),
            "error",
            "States.ALL stands alone, in the last entry of Retry",
            '"States.ALL"',
        ),
        (
            catch(["E", "States.ALL"]),
            "error",
            "States.ALL stands alone, in the last entry of Catch",
            '"States.ALL"',
        ),
        (catch(["E"], ["F", "E"]), "warning", "an entry before takes 'E'", '"E"'),
        (
            catch(["States.Runtime"]),
            "warning",
            "States.Runtime is never caught",
            '"States.Runtime"',
        ),
        (
            retry(["States.Runtime"]),
            "warning",
            "States.Runtime is never retried",
            '"States.Runtime"',
        ),
        (
            catch(["States.Timedout"]),
            "warning",
            "'States.Timedout' is no error of Step Functions",
            '"States.Timedout"',
        ),
        (
            catch(["State.Timeout"]),
            "warning",
            "'State.Timeout' is no error of Step Functions",
            '"State.Timeout"',
        ),
    ],
)
def test_finds(value, severity, message, place):
    assert said(RULE, value) == [(message, place, "A")]
    assert findings(RULE, value)[0][0] == severity


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("State.Timeout", "did you mean 'States.Timeout'?"),
        ("states.ALL", "did you mean 'States.ALL'?"),
        ("States.Qqq", "so begin the names of AWS's own"),
    ],
)
def test_hints(name, hint):
    assert findings(RULE, catch([name]))[0][2] == hint
