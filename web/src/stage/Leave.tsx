import { LogOut } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useText } from '../messages/use-text.ts';
import type { Actions, ChairView } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Control } from './Control.tsx';
import styles from './panel.module.css';

/** Leaving asks once, and says what it means. */
export const Leave = ({ chair, actions }: { readonly chair: ChairView; readonly actions: Actions }) => {
  const text = useText();
  return (
    <DialogTrigger>
      <Control
        icon={LogOut}
        noun={text('stage.leave')}
        state={null}
        action={text('stage.leave.table')}
        hint={text('stage.leave.hint')}
        tone="leave"
        width="slim"
      />
      <Popover className={styles.panel ?? ''} placement="top" offset={12}>
        <Dialog className={styles.dialog ?? ''} aria-label={text('stage.leave.title')}>
          {({ close }) => (
            <>
              <h2>{text('stage.leave.title')}</h2>
              <p>{text('stage.leave.lead')}</p>
              <div className={styles.ways}>
                <Button weight="danger" onPress={actions.leave}>
                  {text('stage.leave.now')}
                </Button>
                {/* Space talks: pressed here by mistake, it must not leave. */}
                <Button onPress={close} autoFocus>
                  {text('stage.leave.stay')}
                </Button>
              </div>
              {chair.own !== 'chair' || chair.done.some(({ own }) => own) ? null : (
                <>
                  <p>{text('end.lead')}</p>
                  <Button
                    onPress={() => {
                      actions.close(true);
                      close();
                    }}
                  >
                    {text('end.propose')}
                  </Button>
                </>
              )}
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
