import type { Request } from "./_shared/request";

class ServiceUnavailable extends Error {
  override name = "ServiceUnavailable";
}

/** Provides what was asked for, by a service that is down now and then. */
export const handler = async ({ request, attempt }: { request: Request; attempt: number }) => {
  if (attempt < request.outages) {
    throw new ServiceUnavailable(`no answer from the provisioning service, attempt ${attempt + 1}`);
  }
  return {
    resource: `${request.resource}/${request.employee}`,
    attempts: attempt + 1,
    zone: "not of interest to the others",
  };
};
