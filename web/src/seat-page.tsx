import { Activity, lazy, Suspense, useSyncExternalStore } from 'react';
import { HoldingScreen } from './holding/HoldingScreen.tsx';
import { LeftScreen } from './left/LeftScreen.tsx';
import { StoppedScreen } from './left/StoppedScreen.tsx';
import { LinkScreen } from './link/LinkScreen.tsx';
import { UnableScreen } from './link/UnableScreen.tsx';
import type { Session, View } from './session/view.ts';

const StageScreen = lazy(async () => ({ default: (await import('./stage/StageScreen.tsx')).StageScreen }));

type Props = { readonly session: Session; readonly onReload: () => void };

/** The page of a seat: the screen that the session's view asks for, and a title that tells it from other seats'. */
export const SeatPage = ({ session, onReload }: Props) => {
  const view = useSyncExternalStore(session.subscribe, session.view);
  const who = view.kind === 'holding' || view.kind === 'stage' ? `${view.seat.name} · ${view.title} · ` : '';
  return (
    <>
      <title>{`${who}Parley`}</title>
      <Screen view={view} session={session} onReload={onReload} />
      {view.kind === 'holding' || view.kind === 'stage' ? (
        <Activity mode={view.kind === 'stage' ? 'visible' : 'hidden'}>
          <Suspense fallback={null}>
            <StageScreen view={view.kind === 'stage' ? view : view.ahead} session={session} />
          </Suspense>
        </Activity>
      ) : null}
    </>
  );
};

const Screen = ({ view, session, onReload }: Props & { readonly view: View }) => {
  switch (view.kind) {
    case 'link':
      return <LinkScreen view={view} actions={session.actions} />;
    case 'unable':
      return <UnableScreen view={view} />;
    case 'holding':
      return <HoldingScreen view={view} session={session} />;
    case 'stage':
      return null; // made ready below since the holding screen
    case 'left':
      return <LeftScreen view={view} onReload={onReload} onTakeHere={session.actions.takeHere} />;
    case 'stopped':
      return <StoppedScreen view={view} onReload={onReload} />;
  }
};
