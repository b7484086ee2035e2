/**
 * Holds a seat for this window alone, among all windows of this browser, until the window goes.
 *
 * @param how `ask`: only where no other window holds it; `take`: from whoever holds it
 * @param lost hears that another window took it
 * @returns whether this window holds it now
 */
export const holdSeat = (seat: string, how: 'ask' | 'take', lost: () => void): Promise<boolean> =>
  new Promise((resolve) => {
    const options: LockOptions = how === 'take' ? { steal: true } : { ifAvailable: true };
    navigator.locks
      .request(`parley.seat.${seat}`, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? null : new Promise<never>(() => {}); // held for as long as this window lives
      })
      .catch(lost);
  });
