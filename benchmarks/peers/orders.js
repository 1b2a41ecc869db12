// The functions and the machine of ../orders as a CDK app: what `maestro deploy` is measured against.
//
//   cdk deploy --app "node orders.js PROJECT"

const path = require("node:path");
const { App, Duration, Stack } = require("aws-cdk-lib");
const lambda = require("aws-cdk-lib/aws-lambda");
const sfn = require("aws-cdk-lib/aws-stepfunctions");

const project = process.argv[2];
const app = new App();
const stack = new Stack(app, "orders-cdk");
const substitutions = {};
const functions = ["check", "charge", "confirm"].map((name) => {
  const id = name[0].toUpperCase() + name.slice(1);
  const fn = new lambda.Function(stack, id, {
    runtime: lambda.Runtime.PYTHON_3_13,
    architecture: lambda.Architecture.ARM_64,
    handler: "index.handler",
    code: lambda.Code.fromAsset(path.join(project, "lambdas", name)),
    memorySize: 256,
    timeout: Duration.seconds(10),
  });
  substitutions[`${id}Arn`] = fn.functionArn;
  return fn;
});
const machine = new sfn.StateMachine(stack, "Machine", {
  definitionBody: sfn.DefinitionBody.fromFile(path.join(project, "definition.asl.json")),
  definitionSubstitutions: substitutions,
});
functions.forEach((fn) => fn.grantInvoke(machine));
