// Does what was asked for, once somebody has accepted it.

export const handler = async (event) => ({ granted: event.resource, to: event.employee });
