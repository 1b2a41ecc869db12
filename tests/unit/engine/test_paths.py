import pytest

from maestro_cdk.engine.paths import MissingError, PathError, find

STORE = {
    "books": [
        {"title": "One", "price": 5, "tags": ["x"]},
        {"title": "Two", "price": 15, "isbn": None},
        {"title": "Three", "price": 25, "tags": []},
    ],
    "limit": 10,
    "delivery-partner": "UQS",
    "owner": {"name": "Ann", "age": 7},
    'Test\\""Name"': "quoted",
    "on": True,
    "numbers": [1, 2, 3, 4],
}


def found(path, value=STORE):
    return find(path, value, {"Execution": {"Name": "e"}}, {"v": {"a": 1}})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.limit", 10),
        ("$.delivery-partner", "UQS"),
        ("$['owner']['name']", "Ann"),
        ('$[\'Test\\""Name"\']', "quoted"),
        ("$.books[1].title", "Two"),
        ("$.books[-1].title", "Three"),
        ("$.books[1].isbn", None),
        ("$$.Execution.Name", "e"),
        ("$v.a", 1),
        ("$v", {"a": 1}),
    ],
)
def test_a_path_to_one_node_gives_it(path, expected):
    assert found(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.books[*].title", ["One", "Two", "Three"]),
        ("$.books[0:2].price", [5, 15]),
        ("$.books[-2:].price", [15, 25]),
        ("$.books[0,2].price", [5, 25]),
        ("$..price", [5, 15, 25]),
        ("$.owner.*", ["Ann", 7]),
        ("$.books[?(@.price > 10)].title", ["Two", "Three"]),
        ("$.books[?(@.price < $.limit)].title", ["One"]),
        ("$.books[?(@.isbn)].title", ["Two"]),
        ("$.books[?(!@.isbn && @.price >= 25)].title", ["Three"]),
        ("$.books[?(@.title =~ /t.*/i)].title", ["Two", "Three"]),
        ("$.books[?(@.price in [5, 25])].title", ["One", "Three"]),
        ("$.books[?(@.tags.length() == 1)].title", ["One"]),
        ("$.books[?(@.price == true)]", []),
        ("$.nothing[*].here", []),
        ("$.nothing.here[1:5].deep", []),
    ],
)
def test_a_path_to_many_gives_a_list(path, expected):
    assert found(path) == expected


def test_a_filter_on_an_object_asks_the_object():
    assert found("$.owner[?(@.age == 7)]") == [{"name": "Ann", "age": 7}]


def test_true_is_not_one():
    assert found("$[?(@ == 1)]", [1, True]) == [1]
    assert found("$[?(@ != 1)]", [1, True]) == [True]


def test_several_names_make_an_object():
    assert found("$.owner['name','nope']") == {"name": "Ann"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.books.length()", 3),
        ("$.numbers.sum()", 10),
        ("$.numbers.avg()", 2.5),
        ("$.numbers.max()", 4),
        ("$.numbers.last()", 4),
        ("$.numbers.index(1)", 2),
        ("$.owner.keys()", ["name", "age"]),
        ("$.books[*].price.min()", 5),
    ],
)
def test_functions(path, expected):
    assert found(path) == expected


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("$.nope", "No results for path: $['nope']"),
        ("$.owner.nope", "No results for path: $['owner']['nope']"),
        ("$.nope.deep", "Missing property in path $['nope']"),
        ("$.limit.deep", "Expected to find an object with property ['deep'] in path $['limit']"),
        ("$.limit[0]", "Filter: [0] can only be applied to arrays. Current context is: 10"),
        ("$.books[9]", "Index out of bounds when evaluating path $['books'][9]"),
        ("$nope", "No results for path: $['nope']"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(path, reason):
    with pytest.raises(MissingError) as error:
        found(path)
    assert error.value.reason.startswith(reason)


def test_a_filter_that_makes_no_sense_is_no_path():
    with pytest.raises(PathError):
        found("$.books[?(@.price size 2)]")
