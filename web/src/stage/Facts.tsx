import { Eye, Mic, MicOff, ShieldAlert, ShieldCheck, ShieldQuestionMark } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { StageView } from '../session/view.ts';
import { Meter } from '../ui/Meter.tsx';
import { Fact } from './Fact.tsx';
import styles from './Facts.module.css';
import { useSilence } from './use-silence.ts';

type Props = { readonly view: StageView; readonly level: () => number; readonly measured: () => boolean };

/** The three facts that are always in sight: am I heard, who can see and hear this, is it proven. */
export const Facts = ({ view, level, measured }: Props) => (
  <ul className={styles.facts}>
    <Heard view={view} level={level} measured={measured} />
    <Audience view={view} />
    <Proven view={view} />
  </ul>
);

const Heard = ({ view, level, measured }: Props) => {
  const text = useText();
  const { me, devices } = view;
  const open = me.microphone || me.talking;
  const silent = useSilence(level, measured, open && me.sending === 'yes');
  const { state } = devices.microphone;
  if (me.sending !== 'yes')
    return (
      <Fact icon={MicOff} tone="muted" words={text(me.sending === 'keys' ? 'fact.heard.paused' : 'fact.heard.line')} />
    );
  if (state === 'refused' || state === 'missing' || state === 'busy' || state === 'off')
    return <Fact icon={MicOff} tone="muted" words={text('fact.heard.no-microphone')} />;
  if (!open) return <Fact icon={MicOff} tone="muted" words={text('stage.muted')} />;
  if (view.tiles.length === 0) return <Fact icon={Mic} tone="plain" words={text('fact.heard.alone')} />;
  if (silent) return <Fact icon={Mic} tone="warning" words={text('fact.heard.silent')} />;
  return (
    <Fact icon={Mic} tone="heard" words={text(me.microphone ? 'fact.heard.on' : 'fact.heard.held')}>
      <Meter read={level} size="small" />
    </Fact>
  );
};

const Audience = ({ view }: { readonly view: Props['view'] }) => {
  const text = useText();
  const names = text.list(view.audience.map(({ name }) => name));
  return <Fact icon={Eye} tone="plain" words={text('fact.audience.table')} detail={names} />;
};

const Proven = ({ view }: { readonly view: Props['view'] }) => {
  const text = useText();
  if (view.tiles.length === 0) return <Fact icon={ShieldCheck} tone="plain" words={text('fact.proven.alone')} />;
  if (view.proven === 'all') return <Fact icon={ShieldCheck} tone="proven" words={text('fact.proven.all')} />;
  if (view.proven === 'some') return <Fact icon={ShieldAlert} tone="warning" words={text('fact.proven.some')} />;
  if (view.proven === 'quiet') return <Fact icon={ShieldCheck} tone="plain" words={text('fact.proven.quiet')} />;
  return <Fact icon={ShieldQuestionMark} tone="warning" words={text('fact.proven.none')} />;
};
