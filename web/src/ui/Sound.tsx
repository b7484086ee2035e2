import { useEffect, useLayoutEffect, useRef } from 'react';

type Props = {
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
  /** The loudspeaker's id, or null for the system's own choice. */
  readonly speaker: string | null;
  /** Grows with each gesture that may start sound: playing is tried again. */
  readonly tries: number;
  /** The browser wants a gesture before it plays. */
  readonly onBlocked: () => void;
};

/** Plays one sound track; shows nothing. */
export const Sound = ({ track, muted, speaker, tries, onBlocked }: Props) => {
  const audio = useRef<HTMLAudioElement>(null);
  useLayoutEffect(() => {
    const element = audio.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  useEffect(() => {
    const element = audio.current;
    if (element === null || muted) return;
    if (tries >= 0 && track.readyState === 'live') {
      element.play().catch((problem: unknown) => {
        if (problem instanceof DOMException && problem.name === 'NotAllowedError') onBlocked();
      });
    }
  }, [track, muted, tries, onBlocked]);
  useEffect(() => {
    // A loudspeaker that has gone leaves the sound on the one before; the device list says so.
    if (speaker !== null) audio.current?.setSinkId?.(speaker).catch(() => undefined);
  }, [speaker]);
  return <audio ref={audio} autoPlay muted={muted} />;
};
