import { expect, type Page } from '@playwright/test';

/** What the victim's own frame worker counted and said: facts to wait for. What counts is what the page shows. */
export type Ears = {
  /** Frames that came to the worker on receiving pipes, that it let through, and that it dropped by code. */
  readonly in: number;
  readonly out: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly alarms: readonly string[];
  readonly proofs: readonly string[];
};

declare global {
  var parleyEars: { listen(): Ears };
}

/** Listens, in a page that is opened after this, to what the frame worker says; changes nothing. */
export const installEars = async (page: Page): Promise<void> => {
  await page.addInitScript(() => {
    type Said = {
      readonly kind?: string;
      readonly code?: string;
      readonly state?: string;
      readonly media?: string;
      readonly seating?: number;
      readonly pipes?: readonly { pipe: number; in: number; out: number; dropped: Record<string, number> }[];
    };
    const counts = new Map<number, { in: number; out: number; dropped: Record<string, number> }>();
    const receiving = new Set<number>();
    const alarms: string[] = [];
    const proofs: string[] = [];
    const hear = ({ data }: MessageEvent<Said>) => {
      if (data.kind === 'counts') for (const one of data.pipes ?? []) counts.set(one.pipe, one);
      if (data.kind === 'alarm' && data.code) alarms.push(data.code);
      if (data.kind === 'proof') proofs.push(`${data.seating} ${data.media} ${data.state}`);
    };
    const heard = new WeakSet<Worker>();
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...given: unknown[]) {
      if (!heard.has(this)) this.addEventListener('message', hear);
      heard.add(this);
      const { kind, direction, pipe } = given[0] as { kind?: string; direction?: string; pipe?: number }; // any message
      if (kind === 'attach' && direction === 'receive' && pipe !== undefined) receiving.add(pipe);
      Reflect.apply(post, this, given);
    };
    globalThis.parleyEars = {
      listen: () => {
        const dropped: Record<string, number> = {};
        const sum = { in: 0, out: 0 };
        for (const [pipe, one] of counts) {
          if (!receiving.has(pipe)) continue;
          sum.in += one.in;
          sum.out += one.out;
          for (const [code, n] of Object.entries(one.dropped)) dropped[code] = (dropped[code] ?? 0) + n;
        }
        return { ...sum, dropped, alarms: [...alarms], proofs: [...proofs] };
      },
    };
  });
};

/** What the page's worker has counted and said until now. */
export const listen = (page: Page): Promise<Ears> => page.evaluate(() => globalThis.parleyEars.listen());

/** Waits until so many frames more were refused in a page with one of these codes. */
export const refuses = async (
  page: Page,
  codes: readonly string[],
  count: number,
  within: { readonly timeout: number },
): Promise<void> => {
  const refused = async () => {
    const { dropped } = await listen(page);
    return codes.reduce((sum, code) => sum + (dropped[code] ?? 0), 0);
  };
  const before = await refused();
  await expect.poll(refused, within).toBeGreaterThan(before + count);
};
