// Lets the employee in: a role on what was provided.

export const handler = async ({ request, provisioned }) => ({
  employee: request.employee,
  role: "editor",
  resource: provisioned.resource,
  days: request.days,
});
