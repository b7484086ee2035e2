import { useEffect, useState } from 'react';

const silence = 0.004;
const patienceMs = 8000;

/** True when the microphone is open and has given nothing at all for eight seconds: a switch on the device, perhaps. */
export const useSilence = (level: () => number, measured: () => boolean, open: boolean): boolean => {
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    if (!open) return;
    let lastSound = performance.now();
    const listening = setInterval(() => {
      const now = performance.now();
      if (level() > silence || !measured()) lastSound = now;
      setSilent(now - lastSound > patienceMs);
    }, 200);
    return () => {
      clearInterval(listening);
      setSilent(false);
    };
  }, [level, measured, open]);
  return silent;
};
