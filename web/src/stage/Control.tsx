import type { LucideIcon } from 'lucide-react';
import { Button, type PressEvent } from 'react-aria-components/Button';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import styles from './Control.module.css';

type Props = {
  readonly icon: LucideIcon;
  /** What it is for ("Microphone"): all that is seen on a phone. */
  readonly noun: string;
  /** What is so now ("You are muted."); unseen on phones and on slim controls. */
  readonly state: string | null;
  /** What pressing does ("Unmute"). */
  readonly action: string;
  /** The tooltip: what it does and its key. */
  readonly hint: string;
  readonly tone: 'on' | 'off' | 'muted' | 'leave';
  readonly width: 'broad' | 'slim';
  readonly onPress?: () => void;
};

/** Gives the focus back after a click, so that a held Space talks and does not press the control again. */
const letGo = ({ pointerType, target }: PressEvent) => {
  if (pointerType !== 'keyboard' && pointerType !== 'virtual' && target instanceof HTMLElement) target.blur();
};

/** A control of the stage: an icon, what is so, and what pressing does. */
export const Control = ({ icon: Icon, noun, state, action, hint, tone, width, onPress }: Props) => (
  <TooltipTrigger delay={500}>
    <Button
      className={`${styles.control} ${styles[tone]} ${styles[width]}`}
      onPress={(event) => {
        letGo(event);
        onPress?.();
      }}
    >
      <Icon aria-hidden size={24} />
      <span className={styles.words}>
        <span className={styles.noun}>{noun} </span>
        {state === null ? null : <span className={styles.state}>{state} </span>}
        <span className={styles.action}>{action}</span>
      </span>
    </Button>
    <Tooltip className={styles.hint ?? ''} offset={8}>
      {hint}
    </Tooltip>
  </TooltipTrigger>
);
