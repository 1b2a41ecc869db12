import type { Grant, State } from "./_shared/request";

/** Gives the employee a role on what was provided. */
export const handler = async ({ request, provisioned }: State): Promise<Grant> => ({
  employee: request.employee,
  role: "editor",
  resource: provisioned!.resource,
  days: request.days,
});
