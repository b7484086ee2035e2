import { ListChecks, Mic, MicOff, Video, VideoOff, Volume2, VolumeX } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { Session, StageView } from '../session/view.ts';
import { Control } from './Control.tsx';
import styles from './Controls.module.css';
import { DevicePanel } from './DevicePanel.tsx';
import { Leave } from './Leave.tsx';
import type { CardState } from './use-code-card.ts';

type Props = { readonly view: StageView; readonly session: Session; readonly code: CardState };

/** Microphone, camera, loudspeaker, the table's code, devices, leave: always here, in this order, each of one size in every state. */
export const Controls = ({ view, session, code }: Props) => {
  const text = useText();
  const { me } = view;
  const { actions } = session;
  const heard = (me.microphone || me.talking) && LIVE.has(view.devices.microphone.state);
  const seen = me.camera && LIVE.has(view.devices.camera.state);
  return (
    <div className={styles.controls} role="toolbar" aria-label={text('stage.controls')}>
      <Control
        icon={heard ? Mic : MicOff}
        noun={text('stage.microphone')}
        state={text(heardWords(view))}
        action={text(me.microphone ? 'stage.mute' : 'stage.unmute')}
        hint={text('stage.microphone.hint')}
        tone={heard ? 'on' : 'muted'}
        width="broad"
        onPress={() => actions.setMicrophone(!me.microphone)}
      />
      <Control
        icon={seen ? Video : VideoOff}
        noun={text('stage.camera')}
        state={text(seenWords(view))}
        action={text(me.camera ? 'stage.camera-off' : 'stage.camera-on')}
        hint={text('stage.camera.hint')}
        tone={seen ? 'on' : 'off'}
        width="broad"
        onPress={() => actions.setCamera(!me.camera)}
      />
      <Control
        icon={me.loudspeaker ? Volume2 : VolumeX}
        noun={text('stage.sound')}
        state={text(me.loudspeaker ? 'stage.loud' : 'stage.silent')}
        action={text(me.loudspeaker ? 'stage.loudspeaker-off' : 'stage.loudspeaker-on')}
        hint={text('stage.loudspeaker.hint')}
        tone={me.loudspeaker ? 'on' : 'muted'}
        width="slim"
        onPress={() => actions.setLoudspeaker(!me.loudspeaker)}
      />
      <Control
        icon={ListChecks}
        noun={text('code.noun')}
        state={null}
        action={text(code.shown ? 'code.hide' : 'code.show')}
        hint={text('code.hint')}
        tone="off"
        width="slim"
        onPress={code.toggle}
      />
      <DevicePanel devices={view.devices} session={session} />
      <Leave chair={view.chair} actions={actions} />
    </div>
  );
};

/** Whether one is heard, in words: never claimed while nothing is sent. */
const heardWords = ({ me, devices, tiles }: StageView) => {
  if (!LIVE.has(devices.microphone.state)) return 'stage.no-microphone';
  if (!me.microphone && !me.talking) return 'stage.muted';
  if (me.sending !== 'yes') return 'stage.unheard-line';
  if (tiles.length === 0) return 'stage.heard.alone';
  return me.microphone ? 'stage.heard' : 'stage.talking';
};

/** Whether one is seen, in words. */
const seenWords = ({ me, devices, tiles }: StageView) => {
  if (!me.camera || me.sending !== 'yes' || !LIVE.has(devices.camera.state)) return 'stage.unseen';
  return tiles.length === 0 ? 'stage.seen.alone' : 'stage.seen';
};

const LIVE: ReadonlySet<string> = new Set(['live', 'drawn']);
