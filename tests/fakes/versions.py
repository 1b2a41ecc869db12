"""Versions and aliases in memory, of the machines and functions of a FakeCloud."""

from dataclasses import replace

from maestro_cdk.errors import CloudError
from maestro_cdk.versions import LIVE, Alias, FunctionVersion, MachineVersion


class FakeVersions:
    """Versions as AWS keeps them.

    `failing` maps a call's name to what it is answered, once.
    """

    def __init__(self, cloud):
        self._cloud = cloud
        self.aliases = {}
        self.machines = {}  # ARN -> {number: MachineVersion}
        self.times = {}
        self.functions = {}  # name -> {number: (code, properties)}
        self.held = {}  # number -> running executions
        self.failing = {}
        self.alarm_states = {}

    def _called(self, *words):
        self._cloud.calls.append(words)
        if words[0] in self.failing:
            raise self.failing.pop(words[0])

    def _arn(self, name):
        who = self._cloud.identity
        return f"arn:aws:lambda:{who.region}:{who.account}:function:{name}"

    # --- the port ------------------------------------------------------------------------------

    def alias(self, machine, /):
        return self.aliases.get(f"{machine}:{LIVE}")

    def point(self, machine, weights, description, /, *, new=False):
        self.put_alias(machine, weights, description)

    def put_alias(self, machine, weights, description, name=LIVE):
        self._called("point", dict(weights), description)
        for number in weights:
            if number not in self.machines[machine]:
                raise CloudError(f"no version {number}")
        arn = f"{machine}:{name}"
        now = self._cloud.clock.now()
        self.aliases[arn] = Alias(
            arn=arn, weights=dict(weights), description=description, updated=now
        )

    def describe(self, machine, /, number=None):
        if number is not None:
            return self.machines.get(machine, {}).get(number)
        live = self._cloud.machines.live(machine)
        if live is None:
            return None
        settings = {"roleArn": live.role, "loggingConfiguration": live.logging}
        return MachineVersion(number=0, definition=live.definition, settings=settings)

    def publish(self, machine, definition, description, /):
        self._called("publish", machine)
        self._cloud.machines.update(machine, {"definition": definition})
        found = self.machines.setdefault(machine, {})
        number = max(found, default=0) + 1
        found[number] = replace(self.describe(machine), number=number, description=description)
        self.times[machine, number] = self._cloud.clock.now()
        return number

    def listed(self, machine, /):
        numbers = sorted(self.machines.get(machine, {}), reverse=True)
        return {number: self.times[machine, number] for number in numbers}

    def holding(self, machine, /):
        return dict(self.held)

    def delete(self, machine, number, /):
        self._called("delete_version", number)
        if any(number in alias.weights for alias in self.aliases.values()):
            raise CloudError(f"version {number} cannot be deleted: an alias leads to it")
        del self.machines[machine][number]

    def publish_function(self, name, /):
        self._called("publish_function", name)
        live = self._cloud.functions.live[name]
        if not self._cloud.functions.describe(name).settled:
            raise CloudError("Lambda refused: An update is in progress for resource")
        found = self.functions.setdefault(name, {})
        now = (live.code, str(live.properties))
        latest = max(found, default=0)
        if not latest or found[latest] != now:
            latest += 1
            found[latest] = now
        return FunctionVersion(
            arn=self._arn(name), number=latest, code=live.code, properties=live.properties
        )

    def function_exists(self, arn, number, /):
        return number in self.functions.get(arn.rpartition(":")[2], {})

    def delete_function(self, arn, number, /):
        self._called("delete_function", arn.rpartition(":")[2], number)
        self.functions[arn.rpartition(":")[2]].pop(number, None)

    def alarms(self, names, /):
        return {name: self.alarm_states[name] for name in names if name in self.alarm_states}
