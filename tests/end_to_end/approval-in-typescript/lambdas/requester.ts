import type { Handler } from "aws-lambda";
import type { Request } from "./_shared/request";

type Given = Partial<Omit<Request, "id">>;

/** Checks a request and gives it an id. */
export const handler: Handler<Given, Request> = async (event) => {
  const { employee, resource, days, outages = 0 } = event;
  if (!employee || !resource || days === undefined) {
    throw new TypeError("the request lacks employee, resource or days");
  }
  if (!Number.isInteger(days) || days < 1) {
    throw new RangeError(`a request is for 1 day or more, not ${days}`);
  }
  return { id: `${resource}-for-${employee}`, employee, resource, days, outages };
};
