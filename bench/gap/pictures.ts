import type { Page } from '@playwright/test';

/** What a page counts of pictures that it sends or is sent. */
export type Counted = { readonly encoded: number; readonly received: number };

declare global {
  var parleyPictures: {
    /** Longest time, in ms, in which somebody's picture did not change, between two moments of this page's clock. */
    longestGap(name: string, from: number, to: number): number;
    /** Pictures sent by us, and received of one other, until now. */
    counted(name: string): Promise<Counted>;
  };
}

/** Watches a page's pictures from before its first script. */
export const watchPictures = (page: Page): Promise<unknown> => page.addInitScript(watch);

/** Runs in the page. */
const watch = () => {
  const moments = new Map<string, number[]>();
  const known = new WeakSet<HTMLVideoElement>();
  /** The name on a tile of ours, or whom a plain page says that it shows. */
  const nameOf = (video: HTMLVideoElement) =>
    video.closest('[data-seating]')?.querySelector('p span')?.textContent ?? video.dataset.of ?? '';
  const videos = () => document.querySelectorAll<HTMLVideoElement>('[data-seating] video, video[data-of]');
  const look = () => {
    for (const video of videos()) {
      if (known.has(video)) continue;
      known.add(video);
      const each = () => {
        const name = nameOf(video);
        if (name !== '') moments.set(name, [...(moments.get(name) ?? []).slice(-400), performance.now()]);
        video.requestVideoFrameCallback(each);
      };
      video.requestVideoFrameCallback(each);
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true });

  const connections: RTCPeerConnection[] = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
  globalThis.parleyPictures = {
    longestGap: (name, from, to) => {
      const all = [...(moments.get(name) ?? []), to].filter((at) => at <= to);
      return all.reduce((longest, at, n) => {
        const before = all[n - 1] ?? at;
        return at < from ? longest : Math.max(longest, at - before);
      }, 0);
    },
    counted: async (name) => {
      const stream = [...videos()].find((one) => nameOf(one) === name)?.srcObject;
      const track = stream instanceof MediaStream ? stream.getVideoTracks()[0]?.id : undefined;
      let [encoded, received] = [0, 0];
      for (const connection of connections) {
        if (connection.connectionState === 'closed') continue;
        for (const one of (await connection.getStats()).values()) {
          if (one.kind !== 'video') continue;
          if (one.type === 'outbound-rtp') encoded += one.framesEncoded ?? 0;
          if (one.type === 'inbound-rtp' && one.trackIdentifier === track) received += one.framesReceived ?? 0;
        }
      }
      return { encoded, received };
    },
  };
};
