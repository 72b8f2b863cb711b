/** One query's candidates: rows of features, and how much each is wanted, 0 for most. */
export interface Listed {
  readonly rows: readonly (readonly number[])[];
  readonly wanted: readonly number[];
  readonly weight: number;
}

const STEPS = 400;
const RATE = 0.05;

/**
 * Weights under which wanted candidates come first: the loss of a query is that of a softmax over its candidates, summed
 * over all that is wanted. `l2` holds weights of standardised features near zero. Returns weights of the features as given.
 */
export function fitSoftmax(lists: readonly Listed[], { l2 }: { readonly l2: number }): number[] {
  const usable = lists.filter(({ wanted }) => wanted.some((one) => one > 0));
  const spreads = spreadsOf(usable);
  const scaled = usable.map((list) => ({
    ...list,
    rows: list.rows.map((row) => row.map((value, index) => value / (spreads[index] ?? 1))),
  }));
  const weights = Array.from(spreads, () => 0);
  const [first, second] = [weights.map(() => 0), weights.map(() => 0)];
  for (let step = 1; step <= STEPS; step++) {
    const gradient = gradientOf(scaled, weights);
    for (let index = 0; index < weights.length; index++) {
      const slope = (gradient[index] ?? 0) + l2 * (weights[index] ?? 0);
      // Adam, which needs no step size to be chosen for each feature
      first[index] = 0.9 * (first[index] ?? 0) + 0.1 * slope;
      second[index] = 0.999 * (second[index] ?? 0) + 0.001 * slope * slope;
      const mean = (first[index] ?? 0) / (1 - 0.9 ** step);
      const square = (second[index] ?? 0) / (1 - 0.999 ** step);
      weights[index] = (weights[index] ?? 0) - (RATE * mean) / (Math.sqrt(square) + 1e-8);
    }
  }
  return weights.map((weight, index) => weight / (spreads[index] ?? 1));
}

function gradientOf(lists: readonly Listed[], weights: readonly number[]): number[] {
  const gradient = weights.map(() => 0);
  const total = lists.reduce((sum, { weight }) => sum + weight, 0);
  for (const { rows, wanted, weight } of lists) {
    const scores = rows.map((row) =>
      row.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0),
    );
    const most = Math.max(...scores);
    const raised = scores.map((score) => Math.exp(score - most));
    const all = raised.reduce((sum, one) => sum + one, 0);
    const right = raised.reduce((sum, one, index) => sum + one * (wanted[index] ?? 0), 0);
    rows.forEach((row, at) => {
      const share = (raised[at] ?? 0) / all;
      const pull = ((raised[at] ?? 0) * (wanted[at] ?? 0)) / right;
      for (let index = 0; index < gradient.length; index++)
        gradient[index] = (gradient[index] ?? 0) + ((share - pull) * (row[index] ?? 0) * weight) / total;
    });
  }
  return gradient;
}

/** Standard deviations within queries: what is the same for all candidates of a query tells nothing. */
function spreadsOf(lists: readonly Listed[]): number[] {
  const width = lists[0]?.rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, index) => {
    let squares = 0;
    let count = 0;
    for (const { rows } of lists) {
      const mean = rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / rows.length;
      for (const row of rows) squares += ((row[index] ?? 0) - mean) ** 2;
      count += rows.length;
    }
    return Math.sqrt(squares / Math.max(1, count)) || 1;
  });
}
