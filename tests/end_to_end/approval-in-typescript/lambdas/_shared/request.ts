/** A request as all functions see it; `outages` is for trying the retries out. */
export interface Request {
  readonly id: string;
  readonly employee: string;
  readonly resource: string;
  readonly days: number;
  readonly outages: number;
}

/** What the workflow hands from state to state. */
export interface State {
  readonly request: Request;
  readonly decision?: "accept" | "deny";
  readonly reason?: string;
  readonly provisioned?: { readonly resource: string; readonly attempts: number };
  readonly granted?: Grant;
  readonly errorInfo?: { readonly Error: string; readonly Cause?: string };
}

export interface Grant {
  readonly employee: string;
  readonly role: "editor";
  readonly resource: string;
  readonly days: number;
}
