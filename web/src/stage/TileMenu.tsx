import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { Button as Press } from 'react-aria-components/Button';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useText } from '../messages/use-text.ts';
import type { Actions, ChairView } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import panel from './panel.module.css';
import { Reason } from './Reason.tsx';
import styles from './TileMenu.module.css';

type Props = { readonly person: ChairView['people'][number]; readonly actions: Actions };

/** What a chair may do about somebody of its own delegation: hand over the chair, or remove them. */
export const TileMenu = ({ person: { seating, seat, named }, actions }: Props) => {
  const text = useText();
  const [removing, setRemoving] = useState(false);
  const { name } = seat;
  return (
    <DialogTrigger onOpenChange={() => setRemoving(false)}>
      <Press className={styles.more ?? ''} aria-label={text('chair.about', { name })}>
        <Ellipsis aria-hidden size={20} />
      </Press>
      <Popover className={panel.panel ?? ''} placement="top end" offset={4}>
        <Dialog className={panel.dialog ?? ''} aria-label={text('chair.about', { name })}>
          {({ close }) =>
            removing ? (
              <Reason
                label={text('chair.remove.reason', { name })}
                send={text('chair.remove.now')}
                onSend={(reason) => actions.remove(seating, reason)}
                onBack={() => setRemoving(false)}
              />
            ) : (
              <>
                <h2>{name}</h2>
                {named ? (
                  <Button
                    onPress={() => {
                      actions.hand(seating);
                      close();
                    }}
                  >
                    {text('chair.hand')}
                  </Button>
                ) : null}
                <Button onPress={() => setRemoving(true)}>{text('chair.remove')}</Button>
              </>
            )
          }
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
