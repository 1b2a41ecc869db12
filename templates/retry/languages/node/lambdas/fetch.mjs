// Fetches a document from a service that is down now and then.
//
// Which attempt it is, Step Functions tells: `"attempt.$": "$$.State.RetryCount"` is 0 at first and
// grows by one with each retry. So a request can say how many attempts shall find the service down
// (`down`).

// An error's name is what Retry knows it by.
class Named extends Error {
  constructor(message) {
    super(message);
    this.name = this.constructor.name;
  }
}

// Nobody answered; that may be otherwise in a moment.
class ServiceUnavailable extends Named {}

// What was asked for cannot be; asking again does not help.
class BadRequest extends Named {}

export const handler = async ({ request, attempt }) => {
  if (!request.document) throw new BadRequest("which document?");
  if (attempt < (request.down ?? 0)) {
    throw new ServiceUnavailable(`no answer, attempt ${attempt + 1}`);
  }
  return { document: request.document, attempts: attempt + 1 };
};
