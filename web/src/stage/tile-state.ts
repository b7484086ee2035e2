import {
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  ShieldAlert,
  ShieldCheck,
  ShieldX,
  Timer,
  Unplug,
  VideoOff,
  Volume2,
  Wrench,
} from 'lucide-react';
import type { Text } from '../messages/use-text.ts';
import type { TileState } from '../session/view.ts';

/** What a tile's state looks and reads like: a shape, words, a colour, and what to do (if there is something). */
export type Mark = {
  readonly icon: LucideIcon;
  readonly tone: 'proven' | 'quiet' | 'warning' | 'danger';
  readonly words: string;
  readonly todo: string | null;
};

const seconds = (ms: number) => Math.max(1, Math.round(ms / 1000));

/** The mark of a state, in the page's language. */
export const markOf = (state: TileState, text: Text, refusalText: (code: string) => string): Mark => {
  switch (state.kind) {
    case 'verified':
      return { icon: ShieldCheck, tone: 'proven', words: text('tile.verified'), todo: null };
    case 'connecting':
      return { icon: LoaderCircle, tone: 'quiet', words: text('tile.connecting'), todo: text('tile.connecting.do') };
    case 'camera-off':
      return { icon: VideoOff, tone: 'quiet', words: text('tile.camera-off'), todo: text('tile.camera-off.do') };
    case 'sound-only':
      return { icon: Volume2, tone: 'warning', words: text('tile.sound-only'), todo: text('tile.sound-only.do') };
    case 'still':
      return {
        icon: Hourglass,
        tone: 'warning',
        words: text('tile.still', { seconds: seconds(state.sinceMs) }),
        todo: text('tile.still.do'),
      };
    case 'nothing':
      return {
        icon: Unplug,
        tone: 'warning',
        words: text('tile.nothing', { seconds: seconds(state.sinceMs) }),
        todo: text('tile.nothing.do'),
      };
    case 'late':
      return {
        icon: Timer,
        tone: 'warning',
        words: text('tile.late', { seconds: seconds(state.byMs) }),
        todo: text('tile.late.do'),
      };
    case 'unproven':
      return { icon: ShieldAlert, tone: 'warning', words: text('tile.unproven'), todo: text('tile.unproven.do') };
    case 'line-lost':
      return { icon: Unplug, tone: 'danger', words: text('tile.line-lost'), todo: text('tile.line-lost.do') };
    case 'mending':
      return { icon: Wrench, tone: 'warning', words: text('tile.mending'), todo: text('tile.mending.do') };
    case 'refused':
      return { icon: ShieldX, tone: 'danger', words: text('tile.refused'), todo: refusalText(state.refusal.code) };
  }
};
