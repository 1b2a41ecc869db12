"""Lambda's runtimes: what each runs on, and until when AWS takes functions of it."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

TABLE = """
dotnet6         al2    2024-12-20 2027-02-01 2027-03-03 dotnet10
dotnet8         al2023 2026-11-10 2027-02-01 2027-03-03 dotnet10
dotnet10        al2023 2028-11-14 2028-12-14 2029-01-15 -
dotnetcore1.0   al1    2019-06-27 2019-06-30 2019-07-30 dotnet10
dotnetcore2.0   al1    2019-05-30 2019-04-30 2019-05-30 dotnet10
dotnetcore2.1   al1    2022-01-05 2022-01-05 2022-04-13 dotnet10
dotnetcore3.1   al2    2023-04-03 2023-04-03 2023-05-03 dotnet10
go1.x           al1    2024-01-08 2024-02-08 2027-03-03 provided.al2023
java8           al1    2024-01-08 2024-02-08 2027-03-03 java25
java8.al2       al2    2027-06-30 2027-07-31 2027-08-31 java25
java11          al2    2027-06-30 2027-07-31 2027-08-31 java25
java17          al2    2027-06-30 2027-07-31 2027-08-31 java25
java21          al2023 2029-06-30 2029-07-31 2029-08-31 java25
java25          al2023 2029-06-30 2029-07-31 2029-08-31 -
nodejs          al1    2016-08-30 2016-09-30 2016-10-31 nodejs24.x
nodejs4.3       al1    2020-03-05 2020-02-03 2020-03-05 nodejs24.x
nodejs6.10      al1    2019-08-12 2019-07-12 2019-08-12 nodejs24.x
nodejs8.10      al1    2020-03-06 2020-02-04 2020-03-06 nodejs24.x
nodejs10.x      al1    2021-07-30 2021-07-30 2022-02-14 nodejs24.x
nodejs12.x      al2    2023-03-31 2023-03-31 2023-04-30 nodejs24.x
nodejs14.x      al2    2023-12-04 2024-01-09 2027-03-03 nodejs24.x
nodejs16.x      al2    2024-06-12 2027-02-01 2027-03-03 nodejs24.x
nodejs18.x      al2    2025-09-01 2027-02-01 2027-03-03 nodejs24.x
nodejs20.x      al2023 2026-04-30 2027-02-01 2027-03-03 nodejs24.x
nodejs22.x      al2023 2027-04-30 2027-06-01 2027-07-01 nodejs24.x
nodejs24.x      al2023 2028-04-30 2028-06-01 2028-07-01 -
provided        al1    2024-01-08 2024-02-08 2027-03-03 provided.al2023
provided.al2    al2    2026-07-31 2027-02-01 2027-03-03 provided.al2023
provided.al2023 al2023 2029-06-30 2029-07-31 2029-08-31 -
python2.7       al1    2021-07-15 2021-07-15 2022-05-30 python3.14
python3.6       al1    2022-07-18 2022-07-18 2022-08-29 python3.14
python3.7       al1    2023-12-04 2024-01-09 2027-03-03 python3.14
python3.8       al2    2024-10-14 2027-02-01 2027-03-03 python3.14
python3.9       al2    2025-12-15 2027-02-01 2027-03-03 python3.14
python3.10      al2    2026-10-31 2027-02-01 2027-03-03 python3.14
python3.11      al2    2027-06-30 2027-07-31 2027-08-31 python3.14
python3.12      al2023 2028-10-31 2028-11-30 2029-01-10 python3.14
python3.13      al2023 2029-06-30 2029-07-31 2029-08-31 python3.14
python3.14      al2023 2029-06-30 2029-07-31 2029-08-31 -
ruby2.5         al1    2021-07-30 2021-07-30 2022-03-31 ruby4.0
ruby2.7         al2    2023-12-07 2024-01-09 2027-03-03 ruby4.0
ruby3.2         al2    2026-03-31 2027-02-01 2027-03-03 ruby4.0
ruby3.3         al2023 2027-03-31 2027-04-30 2027-05-31 ruby4.0
ruby3.4         al2023 2028-03-31 2028-04-30 2028-05-31 ruby4.0
ruby4.0         al2023 2029-03-31 2029-04-30 2029-05-31 -
"""
"""Runtime; Amazon Linux under it; deprecated; no new functions; no changes; what takes its place.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, as of November 2026."""

NEWEST_SYSTEM = "al2023"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """From when AWS no longer looks after a runtime, makes no functions of it, changes none."""

    system: str
    deprecated: date
    no_creation: date
    no_update: date
    successor: str | None


def _read() -> dict[str, Lifecycle]:
    found = {}
    for row in TABLE.split("\n"):
        if row:
            name, system, *days, successor = row.split()
            deprecated, no_creation, no_update = map(date.fromisoformat, days)
            found[name] = Lifecycle(
                system=system,
                deprecated=deprecated,
                no_creation=no_creation,
                no_update=no_update,
                successor=None if successor == "-" else successor,
            )
    return found


LIFECYCLES = _read()


def system(runtime: str) -> str:
    """The Amazon Linux that a runtime runs on; the newest for one that is not known yet."""
    known = LIFECYCLES.get(runtime)
    return known.system if known else NEWEST_SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is to be said of a runtime; `fatal` where no function of it can be deployed."""

    message: str
    hint: str
    fatal: bool


def complaint(runtime: str, today: date) -> Complaint | None:
    """What is to be said of a runtime on a day; None: nothing."""
    known = LIFECYCLES.get(runtime)
    if known is None:
        near = get_close_matches(runtime, LIFECYCLES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return Complaint(
            message=f"the runtime {runtime!r} is none that this version of maestro knows",
            hint=f"{hint}A newer one is deployed as it is",
            fatal=False,
        )
    hint = f"change it to {known.successor}" if known.successor else "change it to another"
    if today >= known.no_update:
        message = f"Lambda takes no functions of {runtime} any more, since {known.no_update}"
        return Complaint(message=message, hint=hint, fatal=True)
    if today >= known.no_creation:
        message = (
            f"Lambda makes no new functions of {runtime} since {known.no_creation}, "
            f"and changes none from {known.no_update} on"
        )
        return Complaint(message=message, hint=hint, fatal=False)
    if today >= known.deprecated:
        message = (
            f"{runtime} was deprecated on {known.deprecated}: Lambda makes no new functions of it "
            f"from {known.no_creation} on, and changes none from {known.no_update} on"
        )
        return Complaint(message=message, hint=hint, fatal=False)
    return None
