"""Every way to name a function, and what becomes of all other text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maestro_cdk.asl import document, references
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.names import Promised
from maestro_cdk.model import FunctionArn, Provided, PseudoParameter

FUNCTIONS = {"manager": "Manager", "send-mail": "SendMail"}
INVOKE = "arn:aws:states:::lambda:invoke"
WAIT = "arn:aws:states:::lambda:invoke.waitForTaskToken"


def resolve(definition, *, functions=None, workflow="approval", **substitutions):
    text = definition if isinstance(definition, str) else json.dumps(definition, indent=2)
    parsed = document.parse(text, file="definition.asl.json", literals=substitutions)
    return references.resolve(
        parsed,
        functions=FUNCTIONS if functions is None else functions,
        workflow=workflow,
        substitutions=substitutions,
    )


def machine(**state):
    return {"StartAt": "Do", "States": {"Do": {"Type": "Task", "End": True, **state}}}


def invoking(name, *, key="Parameters", resource=INVOKE, **others):
    return machine(Resource=resource, **{key: {"FunctionName": name, **others}})


def text_of(definition, *way):
    value = json.loads(definition.text)
    for step in way:
        value = value[step]
    return value


def filled(definition, text):
    """A text as CloudFormation would leave it, with readable stand-ins for what only it knows."""

    def stand_in(value):
        match value:
            case FunctionArn(function=name):
                return f"<arn of {name}>"
            case PseudoParameter(name=name):
                return f"<{name}>"
            case bool():
                return str(value).lower()
            case _:
                return str(value)

    known = definition.substitutions
    return TOKEN.sub(
        lambda found: stand_in(known[found[1]]) if found[1] in known else found[0], text
    )


# --- the table `Naming a function` of the project format --------------------------------------

ANYWHERE = [
    "arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_manager",
    "arn:aws:lambda:REGION:ACCOUNT_ID:function:manager",
    "arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:manager",
    "arn:aws:lambda:REGION:ACCOUNT_ID:function:approval_manager",
    "arn:aws:lambda:eu-west-1:ACCOUNT_ID:function:manager",
    "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:manager",
    "arn:aws:lambda:::function:manager",
    "${manager}",
    "${Manager}",
    "${manager.Arn}",
    "${ManagerFunctionArn}",
    "${ManagerFunction}",
    "${ManagerFunction.Arn}",
    "${ManagerArn}",
    "${ManagerLambdaArn}",
    "${ManagerLambdaFunctionArn}",
    "arn:aws:lambda:REGION:ACCOUNT_ID:function:${manager}",
    "arn:aws:lambda:::function:${manager}",
    "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${ManagerFunctionName}",
]
ONLY_AS_A_NAME = ["manager", "WORKFLOW_NAME_manager", "approval_manager"]
QUALIFIERS = ["", ":$LATEST", ":live", ":7"]

NESTINGS = {
    "at the top": lambda task: {"Do": task},
    "in an ItemProcessor": lambda task: {
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "Do", "States": {"Do": task}}}
    },
    "in an Iterator": lambda task: {
        "M": {"Type": "Map", "Iterator": {"StartAt": "Do", "States": {"Do": task}}}
    },
    "in a branch": lambda task: {
        "P": {"Type": "Parallel", "Branches": [{}, {"StartAt": "Do", "States": {"Do": task}}]}
    },
    "in a Map in a branch in a Map": lambda task: {
        "M": {
            "Type": "Map",
            "ItemProcessor": {
                "States": {
                    "P": {
                        "Type": "Parallel",
                        "Branches": [
                            {"States": {"N": {"Type": "Map", "Iterator": {"States": {"Do": task}}}}}
                        ],
                    }
                }
            },
        }
    },
}


def found_in(value, name):
    """The value of the first key of that name, at any depth."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        if (inner := found_in(item, name)) is not None:
            return inner
    return None


@pytest.mark.parametrize("form", ANYWHERE)
def test_each_form_names_the_function_as_a_resource(form):
    for qualifier in QUALIFIERS:
        definition, findings = resolve(machine(Resource=form + qualifier))
        assert {finding.severity for finding in findings} <= {"warning"}
        written = text_of(definition, "States", "Do", "Resource")
        assert filled(definition, written) == "<arn of manager>" + qualifier
        assert set(definition.called.values()) == {"manager"}


@pytest.mark.parametrize(
    ("qualifier", "warned"), [("", 0), (":$LATEST", 0), (":live", 1), (":3", 1)]
)
def test_a_version_that_a_deployment_does_not_make_is_told(qualifier, warned):
    _, findings = resolve(machine(Resource="${manager}" + qualifier))
    assert [finding.severity for finding in findings] == ["warning"] * warned
    for finding in findings:
        assert finding.message == f"function 'manager' has no version or alias {qualifier[1:]!r}"


@pytest.mark.parametrize("resource", [INVOKE, WAIT, "arn:aws:states:::aws-sdk:lambda:invoke"])
@pytest.mark.parametrize("key", ["Parameters", "Arguments"])
@pytest.mark.parametrize("form", [*ANYWHERE, *ONLY_AS_A_NAME])
def test_each_form_names_the_function_to_invoke(form, key, resource):
    for qualifier in QUALIFIERS:
        definition, findings = resolve(invoking(form + qualifier, key=key, resource=resource))
        assert {finding.severity for finding in findings} <= {"warning"}
        written = text_of(definition, "States", "Do", key, "FunctionName")
        assert filled(definition, written) == "<arn of manager>" + qualifier
        assert text_of(definition, "States", "Do", "Resource") == resource
        assert set(definition.called.values()) == {"manager"}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize(
    "task",
    [
        {"Type": "Task", "Resource": "${manager}"},
        {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "manager"}},
        {"Type": "Task", "Resource": WAIT, "Arguments": {"FunctionName": "${manager.Arn}"}},
    ],
)
def test_functions_are_named_at_every_depth(task, nesting):
    definition, findings = resolve({"States": NESTINGS[nesting](task)})
    assert findings == ()
    assert set(definition.called.values()) == {"manager"}
    written = json.loads(definition.text)
    name = found_in(written, "FunctionName") or found_in(written, "Resource")
    assert filled(definition, name) == "<arn of manager>"


@pytest.mark.parametrize("form", ["${send-mail}", "${SendMail}", "${SendMailFunctionArn}"])
def test_a_hyphen_in_a_name_may_be_left_out_in_a_token(form):
    definition, findings = resolve(machine(Resource=form))
    assert findings == ()
    assert set(definition.called.values()) == {"send-mail"}


def test_keys_of_substitutions_hold_letters_and_digits_only():
    definition, _ = resolve(machine(Resource="arn:aws:lambda:REGION:ACCOUNT_ID:function:send-mail"))
    assert all(key.isalnum() for key in definition.substitutions)


def test_the_exact_name_counts_before_a_name_with_a_suffix():
    both = {"order": "Order", "order_function": "OrderFunction"}
    definition, _ = resolve(machine(Resource="${order_function}"), functions=both)
    assert set(definition.called.values()) == {"order_function"}
    definition, _ = resolve(machine(Resource="${OrderFunction}"), functions=both)
    assert set(definition.called.values()) == {"order_function"}


def test_two_functions_whose_keys_look_alike_are_kept_apart():
    both = {"order": "Order", "order_arn": "OrderArn"}
    states = {
        "A": {"Type": "Task", "Resource": "${order}"},
        "B": {"Type": "Pass", "Result": {"text": "it is ${OrderArn}"}},
    }
    definition, findings = resolve({"States": states}, functions=both)
    assert findings == ()
    assert filled(definition, text_of(definition, "States", "A", "Resource")) == "<arn of order>"
    text = text_of(definition, "States", "B", "Result", "text")
    assert filled(definition, text) == "it is <arn of order_arn>"


def test_a_bare_name_is_no_resource():
    _, (finding,) = resolve(machine(Resource="manager"))
    assert finding.rule == "unknown-function"
    assert finding.severity == "error"
    assert finding.hint == 'write "${manager}"'
    assert finding.state == "Do"


def test_a_function_that_is_only_looked_at_is_named_too():
    definition, findings = resolve(
        machine(
            Resource="arn:aws:states:::aws-sdk:lambda:getFunction",
            Parameters={"FunctionName": "manager"},
        )
    )
    assert findings == ()
    assert set(definition.called.values()) == {"manager"}
    written = text_of(definition, "States", "Do", "Parameters", "FunctionName")
    assert filled(definition, written) == "<arn of manager>"


def test_a_function_that_is_yet_to_be_made_may_have_any_name():
    resource = "arn:aws:states:::aws-sdk:lambda:createFunction"
    _, findings = resolve(machine(Resource=resource, Parameters={"FunctionName": "new"}))
    assert findings == ()


def test_a_resource_of_another_service_is_no_function():
    resource = "arn:aws:states:us-east-1:123456789012:activity:manager"
    definition, findings = resolve(machine(Resource=resource))
    assert findings == ()
    assert text_of(definition, "States", "Do", "Resource") == resource
    assert definition.called == {}


# --- functions of others ---------------------------------------------------------------------

OUTSIDE = "arn:aws:lambda:eu-west-1:123456789012:function:theirs"


@pytest.mark.parametrize("qualifier", QUALIFIERS)
def test_an_outside_functions_arn_stays_and_gets_its_permission(qualifier):
    for definition, findings in (
        resolve(machine(Resource=OUTSIDE + qualifier)),
        resolve(invoking(OUTSIDE + qualifier)),
    ):
        assert findings == ()
        assert OUTSIDE + qualifier in definition.text
        assert definition.substitutions == {}


def test_an_outside_function_of_the_same_name_as_ours_is_not_ours():
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:manager"
    definition, findings = resolve(machine(Resource=arn))
    assert findings == ()
    assert definition.called == {}


def test_an_outside_function_with_its_account_only():
    definition, findings = resolve(invoking("123456789012:function:theirs"))
    assert findings == ()
    written = text_of(definition, "States", "Do", "Parameters", "FunctionName")
    assert filled(definition, written) == (
        "arn:<AWS::Partition>:lambda:<AWS::Region>:123456789012:function:theirs"
    )


def test_an_outside_functions_arn_may_hold_the_users_own_substitutions():
    arn = "arn:aws:lambda:${Where}:${Whose}:function:theirs"
    definition, findings = resolve(machine(Resource=arn), Where="eu-west-1", Whose="123456789012")
    assert findings == ()
    assert filled(definition, text_of(definition, "States", "Do", "Resource")) == OUTSIDE


def test_a_whole_arn_may_be_the_users_own_substitution():
    definition, findings = resolve(machine(Resource="${Theirs}"), Theirs=OUTSIDE)
    assert findings == ()
    assert definition.substitutions == {"Theirs": OUTSIDE}


# --- names of nothing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("${mnager}", "${mnager} names no function of this folder", "did you mean 'manager'"),
        ("${SendMial.Arn}", "${SendMial.Arn} names no function", "did you mean 'send-mail'"),
        ("mangaer", "there is no function 'mangaer'", "did you mean 'manager'"),
        ("WORKFLOW_NAME_mangaer", "there is no function 'mangaer'", "did you mean 'manager'"),
        (
            "arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_mangaer",
            "there is no function 'mangaer'",
            "did you mean 'manager'",
        ),
        (
            "arn:aws:lambda:REGION:ACCOUNT_ID:function:xyzzy",
            "there is no function 'xyzzy'",
            "the functions of this folder: manager, send-mail",
        ),
        ("$.name", "'$.name' is a path, not a name", 'write "FunctionName.$"'),
        ("<FUNCTION>", "'<FUNCTION>' is neither a function's name nor its ARN", ""),
        (
            "arn:aws:lambda:region:account:function:manager",
            "'region' is no region",
            'write "${manager}"',
        ),
        ("arn:aws:lambda:eu-west-1:12345:function:x", "'12345' is no account", "ACCOUNT_ID"),
        ("arn:aws:lambda:eu-west-1:123456789012:layer:x", "is no function's ARN", ""),
    ],
)
def test_what_names_no_function_is_an_error_with_the_nearest_name(written, message, hint):
    definition, (finding,) = resolve(invoking(written))
    assert (finding.rule, finding.severity) == ("unknown-function", "error")
    assert message in finding.message
    assert hint in (finding.hint or "")
    assert finding.state == "Do"
    assert finding.where.line == 9
    assert text_of(definition, "States", "Do", "Parameters", "FunctionName") == written


def test_without_any_function_the_hint_says_so():
    _, (finding,) = resolve(machine(Resource="${manager}"), functions={})
    assert finding.hint == "lambdas/ holds no function"


# --- computed names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "task",
    [
        {"Parameters": {"FunctionName.$": "$.name"}},
        {"Arguments": {"FunctionName": "{% $states.input.name %}"}},
        {"Arguments": "{% $states.input %}"},
    ],
)
def test_a_computed_name_is_no_functions(task):
    definition, findings = resolve(machine(Resource=INVOKE, **task))
    assert findings == ()
    assert definition.called == {}


# --- placeholders and pseudo parameters ------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["REGIONAL sales", "REGION", "by REGION and ACCOUNT_ID", "WORKFLOW_NAME", "PARTITIONED"],
)
def test_placeholders_outside_an_arn_are_words(text):
    source = {"States": {"A": {"Type": "Pass", "Result": {text: [text]}, "Comment": text}}}
    definition, findings = resolve(source)
    assert findings == ()
    assert json.loads(definition.text) == source
    assert definition.substitutions == {}


def test_placeholders_count_as_whole_parts_of_an_arn_only():
    arn = "arn:aws:sqs:REGION:ACCOUNT_ID:REGIONAL-queue-of-WORKFLOW_NAME"
    definition, findings = resolve(machine(Resource=INVOKE, Parameters={"Url": arn}))
    assert findings == ()
    written = text_of(definition, "States", "Do", "Parameters", "Url")
    expected = "arn:aws:sqs:<AWS::Region>:<AWS::AccountId>:REGIONAL-queue-of-approval"
    assert filled(definition, written) == expected


def test_an_arn_inside_a_text_is_filled_in():
    text = "see arn:PARTITION:sns:REGION:ACCOUNT_ID:alarms, or REGION"
    definition, _ = resolve(machine(Resource=INVOKE, Parameters={"Text": text}))
    written = text_of(definition, "States", "Do", "Parameters", "Text")
    assert filled(definition, written) == (
        "see arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:alarms, or REGION"
    )


@pytest.mark.parametrize(
    "name", ["AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix", "AWS::StackName"]
)
def test_a_pseudo_parameter_is_filled_in_anywhere(name):
    source = {"States": {"A": {"Type": "Pass", "Result": f"a ${{{name}}} b"}}}
    definition, findings = resolve(source)
    assert findings == ()
    assert filled(definition, text_of(definition, "States", "A", "Result")) == f"a <{name}> b"
    assert list(definition.substitutions.values()) == [PseudoParameter(name=name)]


@pytest.mark.parametrize(
    "name", ["AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix", "AWS::StackName"]
)
def test_a_pseudo_parameter_in_a_key_is_filled_in_too(name):
    result = {f"a ${{{name}}} b": 1, "c": [{f"${{{name}}}": 2}]}
    definition, findings = resolve({"States": {"A": {"Type": "Pass", "Result": result}}})
    assert findings == ()
    written = json.loads(filled(definition, definition.text))["States"]["A"]["Result"]
    assert written == {f"a <{name}> b": 1, "c": [{f"<{name}>": 2}]}


@pytest.mark.parametrize(
    "result",
    [
        "${AWSRegion} is not ${AWS::Region}",
        {"${AWSRegion} is not ${AWS::Region}": 1},
        {"${AWSRegion}": "${AWS::Region}"},
    ],
)
def test_a_text_that_looks_like_a_key_of_ours_is_not_filled_in(result):
    definition, _ = resolve({"States": {"A": {"Type": "Pass", "Result": result}}})
    written = filled(definition, definition.text)
    assert "${AWSRegion}" in written
    assert "<AWS::Region>" in written


def test_a_key_that_looks_like_one_of_ours_is_not_filled_in():
    state = {"Type": "Task", "Resource": "${manager}", "Parameters": {"${ManagerArn}": 1}}
    definition, _ = resolve({"States": {"A": state}})
    written = json.loads(filled(definition, definition.text))["States"]["A"]
    assert (written["Resource"], list(written["Parameters"])) == (
        "<arn of manager>",
        ["${ManagerArn}"],
    )


def test_a_token_that_names_a_function_keeps_no_key_from_being_its_own():
    definition, _ = resolve(machine(Resource="${ManagerArn}"))
    assert list(definition.substitutions) == ["ManagerArn"]


@pytest.mark.parametrize(
    "text",
    [
        "{% $states.input.items${ manager: name } %}",
        "{% $states.input.items${manager : name, 'a': b} %}",
        "{% items${'AWS::Region': x} %}",
        "${}",
        "${ AWS::Region }",
    ],
)
def test_an_object_of_jsonatas_is_left_alone(text):
    source = {"States": {"A": {"Type": "Pass", "Output": text}}}
    definition, findings = resolve(source)
    assert findings == ()
    assert json.loads(definition.text) == source
    assert definition.substitutions == {}


def test_an_object_of_jsonatas_without_spaces_names_no_function():
    source = {"States": {"A": {"Type": "Pass", "Output": "{% items${manager:name} %}"}}}
    definition, (finding,) = resolve(source)
    assert (finding.rule, finding.severity) == ("unknown-substitution", "warning")
    assert json.loads(definition.text) == source


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:s3:::data-ACCOUNT_ID-REGION/*",
            "arn:aws:s3:::data-<AWS::AccountId>-<AWS::Region>/*",
        ),
        (
            "arn:PARTITION:s3:::WORKFLOW_NAME-PARTITION",
            "arn:<AWS::Partition>:s3:::approval-<AWS::Partition>",
        ),
        ("arn:aws:s3:::SUBREGION-REGIONS", "arn:aws:s3:::SUBREGION-REGIONS"),
    ],
)
def test_placeholders_count_in_an_arns_resource_too(arn, expected):
    definition, findings = resolve(machine(Resource=INVOKE, Parameters={"Arn": arn}))
    assert findings == ()
    assert filled(definition, text_of(definition, "States", "Do", "Parameters", "Arn")) == expected


def test_a_function_elsewhere_may_be_in_any_region():
    arn = "arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:theirs"
    definition, findings = resolve(machine(Resource=arn))
    assert findings == ()
    assert text_of(definition, "States", "Do", "Resource") == arn


def test_a_users_substitution_of_a_key_of_ours_is_left_alone():
    source = {"States": {"A": {"Type": "Pass", "Result": "${AWSRegion} ${AWS::Region}"}}}
    definition, _ = resolve(source, AWSRegion="mine")
    assert filled(definition, text_of(definition, "States", "A", "Result")) == "mine <AWS::Region>"


# --- the user's own substitutions ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"), [("orders", "orders"), (5, "5"), (2.5, "2.5"), (True, "true")]
)
def test_a_users_substitution_is_kept_for_cloudformation(value, written):
    source = {"States": {"A": {"Type": "Pass", "Result": "<${Own}>"}}}
    definition, findings = resolve(source, Own=value)
    assert findings == ()
    assert definition.substitutions == {"Own": value}
    assert filled(definition, text_of(definition, "States", "A", "Result")) == f"<{written}>"


def test_an_unquoted_substitution_becomes_its_value():
    definition, _ = resolve('{"States": {"W": {"Type": "Wait", "Seconds": ${Pause}}}}', Pause=30)
    assert text_of(definition, "States", "W", "Seconds") == 30
    assert definition.substitutions == {}


def test_a_users_substitution_in_a_key_is_filled_in_too():
    definition, _ = resolve({"States": {"A": {"Type": "Pass", "Result": {"${Own}": 1}}}}, Own="k")
    assert definition.substitutions == {"Own": "k"}


def test_a_substitution_that_is_not_used_is_not_written():
    definition, _ = resolve(machine(Resource="${manager}"), Unused="x")
    assert list(definition.substitutions.values()) == [FunctionArn(function="manager")]


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        ({"Type": "Task", "Resource": "arn:aws:sns:::${nothing}"}, "error"),
        ({"Type": "Task", "Resource": INVOKE, "Parameters": {"A": "arn:aws:s3:::${x1}"}}, "error"),
        ({"Type": "Pass", "Result": "costs ${amount}"}, "warning"),
        ({"Type": "Pass", "Comment": "${why}"}, "warning"),
        ({"Type": "Pass", "Output": "{% 'a' & ${b} %}"}, "warning"),
        ({"Type": "Pass", "Output": {"a": "{% $replace(x, /${y}/, '') %}"}}, "warning"),
    ],
)
def test_an_unknown_token_is_an_error_where_an_arn_is_meant_and_a_warning_elsewhere(
    state, severity
):
    source = {"States": {"A": state}}
    definition, (finding,) = resolve(source)
    assert (finding.rule, finding.severity) == ("unknown-substitution", severity)
    assert finding.state == "A"
    assert json.loads(definition.text) == source


def test_a_misspelt_substitution_is_told_the_nearest():
    _, (finding,) = resolve(machine(Resource="arn:aws:sns:::${OrdersTopc}"), OrdersTopic="t")
    assert "did you mean 'OrdersTopic'" in finding.hint


# --- in general ------------------------------------------------------------------------------


def test_resolving_twice_gives_the_same():
    source = machine(Resource="arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_manager")
    assert resolve(source) == resolve(source)


pieces = st.lists(
    st.sampled_from(
        ["arn:", "aws", ":", "lambda", "REGION", "ACCOUNT_ID", "function:", "manager", "${", "}"]
    )
    | st.sampled_from(["${manager}", "WORKFLOW_NAME_", "AWS::Region", "{%", "%}", "$", " "]),
    max_size=12,
).map("".join)


@given(pieces, pieces, pieces)
def test_whatever_is_written_the_outcome_is_json_and_every_key_of_ours_is_used(one, two, three):
    source = {
        "States": {
            "A": {"Type": "Task", "Resource": one},
            "B": {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": two}},
            "C": {"Type": "Pass", "Result": {three: three}},
        }
    }
    definition, _ = resolve(source)
    written = json.loads(definition.text)
    assert written["States"].keys() == source["States"].keys()
    tokens = set(TOKEN.findall(definition.text))
    assert set(definition.substitutions) <= tokens


# --- what is given later ---------------------------------------------------------------------


def later(definition, *names, more=False, functions=None, **substitutions):
    return references.resolve(
        document.parse(json.dumps(definition), file="definition.asl.json"),
        functions=FUNCTIONS if functions is None else functions,
        workflow="approval",
        substitutions=substitutions,
        promised=Promised(names=frozenset(names), more=more),
    )


def putting(table):
    return machine(
        Resource="arn:aws:states:::dynamodb:putItem", Parameters={"TableName": table, "Item": {}}
    )


def test_a_name_that_is_given_later_stays_for_whoever_gives_it():
    definition, found = later(putting("${Orders}"), "Orders", "Others")
    assert found == ()
    (key,) = definition.substitutions
    assert key == "Orders"
    given = definition.substitutions[key]
    assert isinstance(given, Provided)
    assert given.needed
    assert str(given.where).startswith("definition.asl.json:1:")
    assert text_of(definition, "States", "Do", "Parameters", "TableName") == "${Orders}"


@pytest.mark.parametrize(
    "state",
    [
        {"Resource": "${Worker}"},
        {"Resource": INVOKE, "Parameters": {"FunctionName": "${Worker}"}},
        {"Resource": INVOKE, "Parameters": {"FunctionName": "${Worker}:live"}},
        {"Resource": "arn:aws:lambda:REGION:ACCOUNT_ID:function:${Worker}"},
    ],
)
@pytest.mark.parametrize("more", [False, True])
def test_a_function_may_be_given_later(state, more):
    names = () if more else ("Worker",)
    definition, found = later(machine(**state), *names, more=more)
    assert {finding.severity for finding in found} == ({"info"} if more else set())
    assert definition.substitutions["Worker"].needed
    assert definition.called == {}


def test_a_function_of_the_folder_is_the_nearer_meaning_of_its_own_name():
    definition, _ = later(machine(Resource="${manager}"), "Manager", more=True)
    assert definition.substitutions == {"ManagerArn": FunctionArn(function="manager")}


def test_a_name_that_is_promised_is_the_nearer_meaning_than_a_likeness():
    definition, found = later(machine(Resource="${ManagerArn}"), "ManagerArn")
    assert found == ()
    assert isinstance(definition.substitutions["ManagerArn"], Provided)


def test_no_key_of_ours_is_one_that_is_promised():
    definition, _ = later(machine(Resource="${manager}", Comment="${ManagerArn}"), "ManagerArn")
    assert set(definition.substitutions) == {"ManagerArn", "ManagerArn0"}
    assert text_of(definition, "States", "Do", "Resource") == "${ManagerArn0}"


def test_text_that_may_mean_something_else_is_not_needed():
    definition, (finding,) = later(machine(Resource="${manager}", Comment="${what}"), more=True)
    assert not definition.substitutions["what"].needed
    assert (finding.rule, finding.severity) == ("unknown-substitution", "info")


def test_a_name_in_both_kinds_of_places_is_needed_and_told_once():
    value = machine(Comment="${Worker}", Resource="${Worker}")
    definition, found = later(value, more=True)
    assert definition.substitutions["Worker"].needed
    assert len(found) == 1


@pytest.mark.parametrize("token", ["${AWS::Nothing}", "${a.b}", "${a-b}"])
def test_what_nobody_can_give_is_unknown_whatever_is_promised(token):
    _, (finding,) = later(machine(Resource=token), more=True)
    assert finding.severity == "error"


def test_a_key_may_be_given_later():
    definition, found = later(machine(Resource="${manager}", Result={"${Name}": 1}), "Name")
    assert found == ()
    assert definition.substitutions["Name"].needed


def test_a_misspelt_name_is_told_the_one_that_is_promised():
    _, (finding,) = later(putting("${Order}"), "Orders")
    assert finding.severity == "warning"
    assert finding.hint.startswith("did you mean 'Orders'? ")
