import { useLayoutEffect, useRef } from 'react';
import styles from './Picture.module.css';

type Props = {
  readonly track: MediaStreamTrack;
  readonly label: string;
  /** Hears when the first picture of a track stands. */
  readonly onSeen?: (track: MediaStreamTrack) => void;
};

/** A moving picture, silent; never mirrored, so that one sees oneself as others do. */
export const Picture = ({ track, label, onSeen }: Props) => {
  const video = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={video}
      className={styles.picture}
      aria-label={label}
      autoPlay
      playsInline
      muted
      onLoadedData={() => onSeen?.(track)}
    />
  );
};
