import { useState } from 'react';

type Props = {
  readonly label: string;
  readonly read: () => boolean;
  readonly write: (on: boolean) => void;
};

/** A switch for something that this browser remembers. */
export const Remembered = ({ label, read, write }: Props) => {
  const [on, setOn] = useState(read);
  return (
    <label>
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => {
          write(event.target.checked);
          setOn(event.target.checked);
        }}
      />
      {label}
    </label>
  );
};
