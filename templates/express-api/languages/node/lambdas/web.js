// The way in: what the function URL calls. It starts the workflow, and answers with its output.

const { SFNClient, StartSyncExecutionCommand } = require("@aws-sdk/client-sfn");

const states = new SFNClient({});

exports.handler = async (event) => {
  const asked = { city: event.queryStringParameters?.city ?? null };
  const ended = await states.send(
    new StartSyncExecutionCommand({
      stateMachineArn: process.env.STATE_MACHINE,
      input: JSON.stringify(asked),
    }),
  );
  if (ended.status !== "SUCCEEDED") {
    console.log(JSON.stringify({ execution: ended.executionArn, error: ended.error }));
    return answer(500, { message: "something went wrong" });
  }
  const output = JSON.parse(ended.output);
  return answer(output.status, output.body);
};

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
