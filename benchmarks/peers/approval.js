// The stack of templates/approval, written by hand: what `maestro synth` is measured against.
//
//   node approval.js PROJECT OUT [--no-validator]
//
// It takes the functions' code and the definition from the project's files, as maestro does.

const fs = require("node:fs");
const path = require("node:path");
const { App, CfnOutput, Duration, RemovalPolicy, Stack } = require("aws-cdk-lib");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const logs = require("aws-cdk-lib/aws-logs");
const sfn = require("aws-cdk-lib/aws-stepfunctions");

const [project, outdir, flag] = process.argv.slice(2);

class Approval extends Stack {
  constructor(scope, id) {
    super(scope, id);

    const accessGranter = this.fn("AccessGranter", "access_granter");
    const manager = this.fn("Manager", "manager", { MOST_DAYS: "90" });
    const notifier = this.fn("Notifier", "notifier");
    const provisioner = this.fn("Provisioner", "provisioner");
    const requester = this.fn("Requester", "requester");

    const role = new iam.Role(this, "MachineRole", {
      assumedBy: new iam.ServicePrincipal("states.amazonaws.com"),
    });
    const functions = [accessGranter, manager, notifier, provisioner, requester];
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ["lambda:InvokeFunction"],
        resources: functions.flatMap((fn) => [fn.functionArn, `${fn.functionArn}:*`]),
      }),
    );

    const machine = new sfn.StateMachine(this, "Machine", {
      stateMachineName: "approval",
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(
        fs.readFileSync(path.join(project, "definition.asl.json"), "utf8"),
      ),
      definitionSubstitutions: {
        access_granter: accessGranter.functionArn,
        manager: manager.functionArn,
        notifier: notifier.functionArn,
        provisioner: provisioner.functionArn,
        requester: requester.functionArn,
      },
      role,
      logs: {
        destination: this.logGroup("MachineLogs", "/aws/vendedlogs/states/approval"),
        level: sfn.LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    new CfnOutput(this, "StateMachineArn", { value: machine.stateMachineArn });
  }

  logGroup(id, logGroupName) {
    return new logs.LogGroup(this, id, {
      logGroupName,
      retention: logs.RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  fn(id, name, environment) {
    const logGroup = this.logGroup(`${id}Logs`, `/maestro/approval/${name}`);
    const role = new iam.Role(this, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        maestro: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });
    return new lambda.Function(this, id, {
      functionName: `approval_${name}`,
      runtime: lambda.Runtime.PYTHON_3_13,
      architecture: lambda.Architecture.ARM_64,
      handler: `${name}.handler`,
      code: lambda.Code.fromAsset(path.join(project, "lambdas"), {
        exclude: ["*", `!${name}.py`],
      }),
      memorySize: 256,
      timeout: Duration.seconds(10),
      environment,
      logGroup,
      role,
    });
  }
}

const app = new App({
  outdir,
  ...(flag === "--no-validator" ? { builtinCloudFormationValidation: false } : {}),
});
new Approval(app, "approval");
app.synth();
