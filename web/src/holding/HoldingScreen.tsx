import { useText } from '../messages/use-text.ts';
import type { Session, View } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';
import { Planned } from '../ui/Planned.tsx';
import { RefusalNote } from '../ui/RefusalNote.tsx';
import { Agreed } from './Agreed.tsx';
import { DeviceChoices } from './DeviceChoices.tsx';
import styles from './HoldingScreen.module.css';
import { Mirror } from './Mirror.tsx';
import { Proofs } from './Proofs.tsx';

type Props = { readonly view: Extract<View, { kind: 'holding' }>; readonly session: Session };

const beginsAs = ({ microphone, camera }: { readonly microphone: boolean; readonly camera: boolean }) => {
  if (microphone && camera) return 'holding.take.next';
  if (microphone) return 'holding.take.next.unseen';
  return camera ? 'holding.take.next.muted' : 'holding.take.next.quiet';
};

/** Who is about to sit: how they will be seen and heard, what was agreed, what is proven, and one button. */
export const HoldingScreen = ({ view, session }: Props) => {
  const text = useText();
  const { seat, devices } = view;
  const { me } = view.ahead;
  return (
    <Paper width="wide">
      <div className={styles.holding}>
        <header className={styles.who}>
          <Heading>{view.title}</Heading>
          <Planned {...view.planned} />
          <p>
            {text('holding.you', {
              name: seat.name,
              role: text(`role.${seat.role}`),
              delegation: seat.delegation.name,
            })}
          </p>
        </header>
        <section className={styles.self} aria-label={text('holding.self')}>
          <Mirror devices={devices} actions={session.actions} />
          {devices.sharedMachine ? <p className={styles.machine}>{text('holding.shared-machine')}</p> : null}
          {me.microphone || devices.sharedMachine ? null : <p className={styles.machine}>{text('holding.muted')}</p>}
          {me.camera ? null : <p className={styles.machine}>{text('holding.unseen')}</p>}
          <div className={styles.devices}>
            <DeviceChoices devices={devices} actions={session.actions} mirrored level={session.levels.microphone} />
          </div>
        </section>
        <div className={styles.side}>
          <Agreed seats={view.agreed} own={seat} record={view.record} />
          <Proofs proofs={view.proofs} />
        </div>
        <div className={styles.take}>
          {view.denied === null ? null : (
            <p role="alert" className={styles.denied}>
              {text('holding.denied', { delegation: view.denied.by.name, reason: view.denied.reason })}
            </p>
          )}
          {view.refusal === null ? null : (
            <div role="alert">
              <RefusalNote code={view.refusal.code} />
            </div>
          )}
          <Button
            weight="main"
            isDisabled={view.ready === 'preparing'}
            isPending={view.ready === 'sitting' || view.ready === 'knocking'}
            onPress={view.ready === 'knock' ? session.actions.knock : () => session.actions.takeSeat()}
          >
            {text(`holding.${view.ready}`)}
          </Button>
          {view.refusal?.code === 'admit.seat-taken' && view.ready === 'take' ? (
            <Button onPress={() => session.actions.takeSeat(true)}>{text('holding.take-over')}</Button>
          ) : null}
          <p className={styles.next} role="status">
            {text(view.ready === 'take' ? beginsAs(me) : `holding.${view.ready}.next`)}
          </p>
        </div>
      </div>
    </Paper>
  );
};
