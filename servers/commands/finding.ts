/** What one look at the machine found. `bad` fails the doctor, `poor` does not. */
export interface Finding {
  readonly name: string;
  readonly state: "good" | "poor" | "bad";
  readonly what: string;
  /** The one command that mends it. */
  readonly mend?: string;
}
