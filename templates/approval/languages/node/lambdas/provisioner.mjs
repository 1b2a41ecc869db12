// Provides what was asked for, by a service that is down now and then.
//
// Each attempt is a call of its own, perhaps on another machine: a function cannot count them. Step
// Functions does, and tells through the definition: `"attempt.$": "$$.State.RetryCount"` is 0 at
// the first call and grows by one with each retry. So a request can say how many attempts shall
// meet an outage (`outages`), and the same request always goes the same way.

// The service did not answer; it may the next time.
class ServiceUnavailableError extends Error {
  name = "ServiceUnavailableError";
}

export const handler = async ({ request, attempt }) => {
  if (attempt < request.outages) {
    throw new ServiceUnavailableError(
      `no answer from the provisioning service, attempt ${attempt + 1}`,
    );
  }
  return {
    resource: `${request.resource}/${request.employee}`,
    attempts: attempt + 1,
    zone: "not of interest to the others",
  };
};
