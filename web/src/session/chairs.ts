import { equal, toHex } from '@parley/protocol/bytes';
import { chairOf } from '@parley/protocol/log';
import { type Agreement, delegationView, seatView } from './agreement.ts';
import type { Conversation } from './conversation.ts';
import type { ChairView } from './view.ts';

/** Before one sits nobody's chair is known. */
export const noChairs: ChairView = { chairs: [], own: 'none', people: [], knocks: [], done: [] };

/** Who decides for whom, who knocks, and who would end the meeting: from the log, as this device holds it. */
export const chairsOf = (agreement: Agreement, conversation: Conversation): ChairView => {
  const state = conversation.state();
  if (!state) return noChairs;
  const { sheet, mandate } = agreement;
  const own = toHex(mandate.root);
  const ended = conversation.ended();
  const sitting = [...state.seatings.values()].filter(({ id }) => !ended.has(id));
  const there = new Set(sitting.map(({ seat }) => seat.id));
  const named = (id: string) => sheet.seats.find((seat) => seat.id === id);
  const viewOf = (seat: Agreement['seat']) => seatView(sheet, seat, mandate.root);
  const delegations = sheet.delegations.map(({ root }) => delegationView(sheet, root, mandate.root));
  const ownChair = chairOf(state, own);
  const next = sheet.seats.find(({ id, root }) => toHex(root) === own && there.has(id));
  const mayTake = ownChair !== undefined && !there.has(ownChair) && next?.id === agreement.seat.id;
  return {
    chairs: delegations.map((delegation) => {
      const id = chairOf(state, delegation.root);
      const seat = id === undefined ? undefined : named(id);
      return { delegation, seat: seat ? viewOf(seat) : null, there: id !== undefined && there.has(id) };
    }),
    own: ownChair === agreement.seat.id ? 'chair' : mayTake ? 'next' : 'none',
    people: sitting
      .filter(({ id, root }) => root === own && id !== conversation.seating)
      .map(({ id, seat }) => ({ seating: id, seat: viewOf(seat), named: named(seat.id) !== undefined })),
    knocks: [...state.knocks.values()]
      .filter(({ id, mandate }) => !ended.has(id) && !sitting.some((one) => equal(one.mandate, mandate)))
      .map(({ id, seat, allowed }) => ({
        knock: id,
        seat: viewOf(seat),
        yes: delegations.filter(({ root }) => allowed.has(root)),
        waiting: delegations.filter(({ root }) => !allowed.has(root)),
      })),
    done: delegations.filter(({ root }) => state.done.has(root)),
  };
};
