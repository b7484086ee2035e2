import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import { Button } from '../ui/Button.tsx';
import styles from './Reason.module.css';

/** A short reason, which whoever is concerned will read. */
export const Reason = ({
  label,
  send,
  onSend,
  onBack,
}: {
  readonly label: string;
  readonly send: string;
  readonly onSend: (reason: string) => void;
  readonly onBack: () => void;
}) => {
  const text = useText();
  const [reason, setReason] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const given = reason.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (given !== '') onSend(given);
  };
  return (
    <form className={styles.reason} onSubmit={submit}>
      <label>
        <span>{label}</span>
        <input ref={field} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
      </label>
      <div className={styles.ways}>
        <Button weight="danger" isDisabled={given === ''} onPress={() => onSend(given)}>
          {send}
        </Button>
        <Button onPress={onBack}>{text('knock.back')}</Button>
      </div>
    </form>
  );
};
