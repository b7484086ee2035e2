import type { Attack, RehearsalDelegation, RehearsalView } from '../../../web/src/rehearsal/state.ts';
import { ada, boris, bram, eva, irina } from './people.ts';

const delegation = (
  name: string,
  seats: readonly RehearsalDelegation['seats'][number][],
  host: boolean,
): RehearsalDelegation => ({ name, root: (host ? '5f1c09aa' : '77e041bd').repeat(8), host, seats });

const seat = (
  { id, role, name, function: title }: typeof ada,
  occupied: RehearsalDelegation['seats'][number]['occupied'],
  guest = false,
) => ({ id, role, name, function: title, occupied, guest });

const ids = ['swap-names', 'no-encryption', 'inject-picture', 'replay', 'forge-admission'] as const;

const idle = (needs: string | null): readonly Attack[] => ids.map((id) => ({ id, state: 'idle', steps: [], needs }));

const fresh: RehearsalView = {
  reached: true,
  rehearsal: {
    delegations: [
      delegation('Alba', [seat(ada, 'free'), seat(bram, 'free'), seat(eva, 'free', true)], true),
      delegation('Borland', [seat(boris, 'free'), seat(irina, 'free')], false),
    ],
    attacks: idle('opposite'),
  },
};

const busy: RehearsalView = {
  reached: true,
  rehearsal: {
    delegations: [
      delegation('Alba', [seat(ada, 'person'), seat(bram, 'free')], true),
      delegation('Borland', [seat(boris, 'stand-in'), seat(irina, 'stand-in')], false),
    ],
    attacks: idle(null).map((attack, index) => {
      const at = Date.UTC(2021, 11, 7, 15, 4, index);
      const relay = { at, key: 'server-in', values: { delegation: 'Borland' } };
      const told = { at: at + 12_000, key: 'told', values: { count: 31 } };
      const gone = { at: at + 12_900, key: 'server-out', values: { delegation: 'Borland' } };
      if (index === 0) return { ...attack, state: 'done', steps: [relay, told, gone] };
      if (index === 1) return { ...attack, state: 'running', steps: [relay] };
      if (index === 4)
        return {
          ...attack,
          state: 'done',
          steps: [
            { at, key: 'forged', values: { name: 'Mira Osei' } },
            { at: at + 40, key: 'refused', values: { delegation: 'Borland', code: 'identity.certificate-forged' } },
            { at: at + 50, key: 'a step from tomorrow', values: {} },
          ],
        };
      return index === 2 ? { ...attack, state: 'failed' } : attack;
    }),
  },
};

const eight: RehearsalView = {
  reached: true,
  rehearsal: {
    delegations: ['Alba', 'Borland', 'Corvia', 'Dorne', 'Elbany', 'Ferrol', 'Galdor', 'Hadria'].map((name, n) =>
      delegation(
        name,
        [
          { ...seat(ada, 'free'), id: `${name} 1` },
          { ...seat(bram, 'person'), id: `${name} 2` },
        ],
        n === 0,
      ),
    ),
    attacks: idle('opposite'),
  },
};

/** What the rehearsal's page can show, each by its name. */
export const rehearsalStates: { readonly [name: string]: RehearsalView } = {
  'rehearsal loading': { rehearsal: null, reached: true },
  'rehearsal fresh': fresh,
  'rehearsal busy': busy,
  'rehearsal eight': eight,
  'rehearsal offline': { ...busy, reached: false },
};
