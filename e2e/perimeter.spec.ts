import { expect, test } from '@playwright/test';
import { closeSeats, openSeat, startRehearsal } from './rehearsal/index.ts';

test('for everything but media, a device contacts its own side’s addresses only', async ({ browser }) => {
  test.setTimeout(90_000);
  const rehearsal = await startRehearsal();
  const counterpart = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true });
  const hosts = new Set<string>();
  const seat = await openSeat(browser, rehearsal, 'alba-principal', {
    before: async (page) => {
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
    },
  });
  await seat.takeSeat();
  await seat.sees('Anders Holm');
  expect([...hosts]).toEqual([new URL(seat.page.url()).host]);
  expect(new URL(counterpart.page.url()).host).not.toBe(new URL(seat.page.url()).host);
  // The browser itself is told to hold to it, by the page's own policy.
  const policy = await seat.page.evaluate(
    async () => (await fetch(location.pathname)).headers.get('content-security-policy') ?? '',
  );
  const [own] = hosts;
  expect(/connect-src ([^;]*)/.exec(policy)?.[1]).toBe(`http://${own} ws://${own}`);
  expect(policy).not.toContain('unsafe');
  await closeSeats(browser);
  await rehearsal.stop();
});
