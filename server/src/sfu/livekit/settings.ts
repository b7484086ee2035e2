import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Where an SFU listens and what it may be reached by. */
export type SfuPlace = {
  /** Address that it binds, and that it names in its candidates. */
  readonly address: string;
  readonly port: number;
  readonly mediaPort: number;
  readonly key: string;
  readonly secret: string;
};

/**
 * LiveKit's settings (JSON is YAML, and unknown keys are refused by it). One signalling port, one UDP port, both on
 * one address; no TCP media listener, since LiveKit binds that one to every address. The list of STUN servers is not
 * left empty, because LiveKit would then send its clients a public one.
 */
export const settings = (place: SfuPlace): string =>
  JSON.stringify({
    port: place.port,
    bind_addresses: [place.address],
    keys: { [place.key]: place.secret },
    rtc: {
      udp_port: place.mediaPort,
      tcp_port: 0,
      node_ip: place.address,
      use_external_ip: false,
      enable_loopback_candidate: place.address.startsWith('127.'),
      ips: { includes: [`${place.address}/32`] },
      // Whoever sits down waits for a key frame: the usual half second between two would be felt.
      pli_throttle: { low_quality: '100ms', mid_quality: '100ms', high_quality: '100ms' },
      stun_servers: [`${place.address}:${place.mediaPort}`],
    },
    room: {
      auto_create: true, // only our own tokens name a room, and a restarted SFU must have it again at once
      empty_timeout: 86_400,
      departure_timeout: 86_400,
      enabled_codecs: [{ mime: 'audio/opus' }, { mime: 'video/VP9' }, { mime: 'video/VP8' }, { mime: 'video/rtx' }],
    },
    logging: { level: 'error', json: true },
  });

/** Below those that systems give to outgoing connections: between the choice and the listening, nobody takes one. */
const [FIRST, LAST] = [20_000, 31_999];
/** How many a process may take before it comes to those of the process started after it. */
const EACH = 16;
let next = process.pid * EACH;

/** A port of `address` that is free now for TCP and UDP both; another one each time, and another in each process. */
export const freePort = async (address: string): Promise<number> => {
  for (;;) {
    const port = FIRST + (next++ % (LAST - FIRST + 1));
    if (await isFreePort(port, address)) return port;
  }
};

/** Whether a port of `address` is free now for TCP and UDP both. */
export const isFreePort = async (port: number, address: string): Promise<boolean> =>
  (await isFreeForTcp(port, address)) && (await isFreeForUdp(port, address));

const isFreeForTcp = (port: number, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });

const isFreeForUdp = (port: number, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
