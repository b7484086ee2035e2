/** What one part of the tests came to: how many passed, and by name what failed and what was skipped. */
export type Count = {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
};

type Counted = Omit<Count, 'name'>;

type VitestReport = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

/** Reads Vitest's JSON report; a file that could not even be loaded counts as one failure. */
export function ofVitest(report: unknown): Counted {
  // The reporter's own shape, pinned with its version.
  const { testResults } = report as VitestReport;
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (...states: string[]): string[] =>
    all.filter(({ status }) => states.includes(status)).map(({ fullName }) => fullName);
  const unread = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  return {
    passed: named('passed').length,
    failed: [...named('failed'), ...unread.map(({ name }) => name)],
    skipped: named('skipped', 'pending', 'todo', 'disabled'),
  };
}

type Suite = {
  readonly title: string;
  readonly suites?: readonly Suite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly status: string;
      readonly annotations?: readonly { type: string; description?: string }[];
    }[];
  }[];
};

/** Reads Playwright's JSON report; what could not be loaded counts as a failure, and so does a flaky test. */
export function ofPlaywright(report: unknown): Counted {
  // The reporter's own shape, pinned with its version.
  const { suites, errors } = report as { suites: readonly Suite[]; errors: readonly { message?: string }[] };
  const all = suites.flatMap((suite) => specs(suite, ''));
  const named = (...states: string[]): string[] =>
    all.filter(({ status }) => states.includes(status)).map(({ name }) => name);
  return {
    passed: named('expected').length,
    failed: [...named('unexpected', 'flaky'), ...errors.map(({ message }) => message?.split('\n')[0] ?? 'an error')],
    skipped: named('skipped'),
  };
}

function specs(suite: Suite, before: string): { name: string; status: string }[] {
  const path = before === '' ? suite.title : `${before} › ${suite.title}`;
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map(({ status, annotations }) => {
      const why = annotations?.find(({ type }) => type === 'skip')?.description;
      return { name: `${path} › ${spec.title}${why ? ` (${why})` : ''}`, status };
    }),
  );
  return [...own, ...(suite.suites ?? []).flatMap((each) => specs(each, path))];
}

/**
 * The last lines of a run: each skipped test and each failure by name, then the counts of every part and of all.
 * @param seconds how long the whole run took
 */
export function lastLines(counts: readonly Count[], seconds: number): string[] {
  const sum = (of: (count: Count) => number): number => counts.reduce((total, count) => total + of(count), 0);
  const line = (name: string, passed: number, failed: number, skipped: number): string =>
    `${name.padEnd(8)} ${passed} passed, ${failed} failed, ${skipped} skipped`;
  return [
    '',
    ...counts.flatMap(({ name, skipped }) => skipped.map((title) => `skipped  ${name}: ${title}`)),
    ...counts.flatMap(({ name, failed }) => failed.map((title) => `failed   ${name}: ${title}`)),
    ...counts.map(({ name, passed, failed, skipped }) => line(name, passed, failed.length, skipped.length)),
    `${line(
      'all',
      sum((count) => count.passed),
      sum((count) => count.failed.length),
      sum((count) => count.skipped.length),
    )} in ${Math.round(seconds)} s`,
  ];
}
