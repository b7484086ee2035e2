import { useLayoutEffect, useRef } from 'react';
import styles from './Picture.module.css';

/** A moving picture, silent; never mirrored, so that one sees oneself as others do. */
export const Picture = ({ track, label }: { readonly track: MediaStreamTrack; readonly label: string }) => {
  const video = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return <video ref={video} className={styles.picture} aria-label={label} autoPlay playsInline muted />;
};
